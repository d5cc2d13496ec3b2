"""A report as PDF: typst sets it, in a process of its own."""

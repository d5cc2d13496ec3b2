"""Export files: bytes to rows, rows to facts."""

"""The one way a file is turned away: a sentence that says where, what and what to do."""

from __future__ import annotations

from app.errors import Invalid


class Refused(Invalid):
    """The file cannot be imported and nothing of it was stored.

    `row` counts from 1 as a spreadsheet does; `column` is the header's own text.
    """

    code = "file_refused"

    def __init__(self, message: str, *, row: int | None = None, column: str | None = None) -> None:
        where = place(row, column)
        super().__init__(where + message if where else message[:1].upper() + message[1:])
        self.row = row
        self.column = column


def place(row: int | None, column: str | None) -> str:
    """Row 12, column Cost: or as much of it as is known."""
    parts = []
    if row is not None:
        parts.append(f"Row {row}")
    if column:
        parts.append(f"column {column}" if parts else f"Column {column}")
    return ", ".join(parts) + ": " if parts else ""

"""Cases as a published CSV file: identity and contact, and nothing else. docs/import-cases.md tells its columns.

Everything that is wrong is told with its line and never with what stands there.
"""

import csv
import io
from dataclasses import dataclass

from custodiet.model.errors import NotTheFormat

COLUMNS = ("reference", "scheme", "name", "contact")
SIZE_MAX = 4_000_000
"""Bytes of a file."""
ROWS_MAX = 10_000
NAME_MAX, CONTACT_MAX, SCHEME_MAX = 200, 400, 64


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of a file, by the line it begins on. `contact` is empty where none is given."""

    line: int
    reference: str
    scheme: str
    name: str
    contact: str

    def __repr__(self) -> str:
        return f"CaseRow(line={self.line})"


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong with one line."""

    line: int
    says: str


def read_case_file(body: bytes) -> tuple[tuple[CaseRow, ...], tuple[LineProblem, ...]]:
    """The rows, and everything that is wrong with any. Raises NotTheFormat for what is no such file at all."""
    if len(body) > SIZE_MAX:
        raise NotTheFormat(f"longer than {SIZE_MAX} bytes: split it")
    try:
        text = body.decode("utf-8-sig", "strict")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise NotTheFormat(f"not UTF-8, at line {line}") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[CaseRow] = []
    problems: list[LineProblem] = []
    begins = 1
    try:
        if tuple(next(reader, ())) != COLUMNS:
            raise NotTheFormat(f"its first line is not the heading {','.join(COLUMNS)}")
        begins = reader.line_num + 1
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not cells:
                continue
            if len(rows) + len(problems) >= ROWS_MAX:
                raise NotTheFormat(f"more than {ROWS_MAX} cases: split it")
            found = _problems(cells)
            problems += [LineProblem(line, says) for says in found]
            if not found:
                rows.append(CaseRow(line, *(one.strip() for one in cells)))
    except csv.Error:
        raise NotTheFormat(f"not CSV, at line {begins}") from None
    return tuple(rows), tuple(problems)


def _problems(cells: list[str]) -> list[str]:
    if len(cells) != len(COLUMNS):
        return [f"it has {len(cells)} cells and not {len(COLUMNS)}"]
    found = []
    for column, cell, most in zip(COLUMNS, cells, (40, SCHEME_MAX, NAME_MAX, CONTACT_MAX), strict=True):
        if not cell.strip() and column != "contact":
            found.append(f"{column} is empty")
        if len(cell) > most:
            found.append(f"{column} is longer than {most} signs")
        if any(not one.isprintable() for one in cell):
            found.append(f"{column} holds a sign that cannot be printed, or a line break")
    return found

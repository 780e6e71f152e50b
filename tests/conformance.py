"""Which test holds which documented operation: docs/conformance.md, from the marks.

``python -m tests.conformance`` writes the table, from tests/operations.txt and the
``contract`` marks of all tests, which are collected and not run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OPERATIONS = ROOT / "tests/operations.txt"
TABLE = ROOT / "docs/conformance.md"

DIALECTS = {
    "medisync": ("MediSync", ["medisync"]),
    "nuxera": ("Nuxera", ["nuxera"]),
    "yeastar": ("Yeastar", ["yeastar", "pseries"]),
    "laml": ("SignalWire LaML", ["laml"]),
}

HEAD = """\
# Conformance

What the documents of the four APIs oblige to, and the tests that hold it. Written by
`make conformance` from the list of operations, `tests/operations.txt`, and the tests'
own marks; do not edit it by hand.

- **served**: works as documented. **seed**: a founding document of the project names
  it, with examples that are run literally.
- **not served**: knowingly, for the reason that is given; tests hold the answer.
- **sent**: the server calls the client.

Clauses are those of the dialect's contract. Whatever it is about, every operation is
also asked by every kind of caller (`tests/permissions.txt`) and made to fail in every
way (`tests/platform/test_error_shapes.py`).
"""


@dataclass(frozen=True)
class Row:
    """An operation, or a rule that holds for many."""

    dialect: str
    clauses: tuple[str, ...]
    title: str
    is_rule: bool
    is_seed: bool
    unsupported: str

    @property
    def name(self) -> str:
        """What a mark calls it."""
        return "rule" if self.is_rule else self.title

    @property
    def state(self) -> str:
        if self.unsupported:
            # A rule's own sentence says why.
            return "not served" if self.is_rule else f"not served: {self.unsupported}"
        state = "sent" if self.title.startswith("sends ") else "served"
        return f"{state}, seed" if self.is_seed else state


@dataclass(frozen=True)
class Mark:
    """What one test says it holds; no operations are all of the clause."""

    path: str
    dialect: str
    clause: str
    operations: tuple[str, ...]

    def holds(self, row: Row) -> bool:
        return (
            self.dialect == row.dialect
            and self.clause in row.clauses
            and (not self.operations or row.name in self.operations)
        )


def rows() -> list[Row]:
    lines = OPERATIONS.read_text().splitlines()
    return [_row(line) for line in lines if line and not line.startswith("#")]


def _row(line: str) -> Row:
    dialect, kind, rest = line.split(" ", 2)
    if kind == "rule":
        clause, rest = rest.split(" ", 1)
        state, _, sentence = rest.partition(" ")
        if state not in {"seed", "unsupported"}:
            state, sentence = "", rest
        unsupported = sentence if state == "unsupported" else ""
        return Row(dialect, (clause,), sentence, True, state == "seed", unsupported)
    path, clauses, *rest_of_line = rest.split(" ", 2)
    state, _, reason = "".join(rest_of_line).partition(" ")
    return Row(
        dialect,
        tuple(clauses.split(",")),
        f"{kind} {path}",
        False,
        state == "seed",
        reason,
    )


def marks() -> list[Mark]:
    """The marks of all tests, by a pytest of its own that collects and runs nothing."""
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run(
            [
                *[sys.executable, "-m", "pytest", "tests", "--collect-only", "-qq"],
                *["-p", "no:cacheprovider", "-p", "tests.conformance"],
            ],
            cwd=ROOT,
            env={**os.environ, "CONFORMANCE_MARKS": file.name, "PYTEST_ADDOPTS": ""},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        found = json.loads(Path(file.name).read_text())
    return [
        Mark(path, dialect, clause, tuple(operations))
        for path, dialect, clause, *operations in found
    ]


def pytest_collection_finish(session: pytest.Session) -> None:
    """The hook of the pytest that ``marks`` starts."""
    found = {
        (str(item.path.relative_to(ROOT)), *mark.args)
        for item in session.items
        for mark in item.iter_markers("contract")
    }
    Path(os.environ["CONFORMANCE_MARKS"]).write_text(json.dumps(sorted(found)))


def complaints(rows: Iterable[Row], marks: Iterable[Mark]) -> list[str]:
    """What keeps the table from being true and whole."""
    rows, marks = list(rows), list(marks)
    known = {(row.dialect, clause) for row in rows for clause in row.clauses}
    names = {(row.dialect, clause, row.name) for row in rows for clause in row.clauses}
    found = []
    for mark in marks:
        if (mark.dialect, mark.clause) not in known:
            found.append(f"{mark.path}: no clause {mark.dialect} {mark.clause}")
        found += [
            f"{mark.path}: no operation {name} in {mark.dialect} {mark.clause}"
            for name in mark.operations
            if (mark.dialect, mark.clause, name) not in names
        ]
    found += [
        f"{row.dialect} {row.title}: neither tested nor named as unsupported"
        for row in rows
        if not row.unsupported and not any(mark.holds(row) for mark in marks)
    ]
    return found


def table(rows: Iterable[Row], marks: Iterable[Mark]) -> str:
    rows, marks = list(rows), list(marks)
    parts = [HEAD]
    for dialect, (title, pages) in DIALECTS.items():
        own = [row for row in rows if row.dialect == dialect]
        links = " and ".join(f"[{page}.md](dialects/{page}.md)" for page in pages)
        operations = [row for row in own if not row.is_rule]
        missing = sum(bool(row.unsupported) for row in operations)
        parts += [
            f"## {title}\n",
            f"{len(operations)} operations, "
            + (f"all but {missing} served." if missing else "all served."),
            f"How to point clients here and what was decided: {links}.\n",
            _lines("operation", operations, marks),
            _lines("rule", [row for row in own if row.is_rule], marks),
        ]
    return "\n".join(parts)


def _lines(kind: str, rows: list[Row], marks: list[Mark]) -> str:
    lines = [f"| {kind} | clause | state | tests |", "| --- | --- | --- | --- |"]
    for row in rows:
        title = row.title if row.is_rule else f"`{row.title}`"
        paths = sorted({mark.path for mark in marks if mark.holds(row)})
        tests = ", ".join(
            f"[{path.removeprefix('tests/')}](../{path})" for path in paths
        )
        clauses = ", ".join(row.clauses)
        lines.append(f"| {title} | {clauses} | {row.state} | {tests} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    found = marks()
    wrong = complaints(rows(), found)
    if wrong:
        sys.exit("\n".join(wrong))
    TABLE.write_text(table(rows(), found))


if __name__ == "__main__":
    main()

"""Take cases in from a file: each a case at rung 0, with where it came from; then their names, sealed.

All of a file is looked at before any of it is taken. Taken again it goes on where it stopped, and doubles nothing: a
reference that stands is said and left as it is.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from custodiet.flows.open_case import name_person, open_in
from custodiet.flows.ports import Chance, Clock, Reading, Sealer, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.case import Case
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotFound
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.imported import Imported
from custodiet.model.record import CaseImported, LogOpened
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.references import objections_to_reference
from custodiet.wire.case_file import CaseRow, LineProblem

FEW = 25
"""How many are opened in one transaction."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file. `stood`: lines whose reference had a case that is not this file's."""

    opened: int
    again: int
    stood: tuple[int, ...]


def look_at(view: Reading, rows: Sequence[CaseRow]) -> tuple[LineProblem, ...]:
    """What is wrong with rows beside what stands: everything, by line."""
    problems: list[LineProblem] = []
    seen: dict[tuple[str, str], int] = {}
    schemes: Counter[str] = Counter(row.scheme for row in rows)
    unknown = {one for one in schemes if not _goes_on(view, SchemeId(one))}
    for row in rows:
        problems += [LineProblem(row.line, says) for says in objections_to_reference(row.reference)]
        if row.scheme in unknown:
            problems.append(
                LineProblem(
                    row.line,
                    "scheme: there is none of that id, or it has ended; "
                    "name a scheme that goes on, or leave the line out",
                )
            )
        first = seen.setdefault((row.scheme, row.reference), row.line)
        if first != row.line:
            problems.append(LineProblem(row.line, f"reference: the same as in line {first}; one line for each person"))
    return tuple(problems)


def take_in(
    store: Store, chance: Chance, clock: Clock, rows: Sequence[CaseRow], file_sha256: bytes, by: ActorId
) -> Taken:
    """Open a case for each row that has none. Raises NotPermitted when any row is not fit; then nothing is taken."""
    refuse_if(objections_to_acting(by))
    with store.reading() as view:
        refuse_if(tuple(f"line {one.line}: {one.says}" for one in look_at(view, rows)))
    opened = again = 0
    stood: list[int] = []
    for start in range(0, len(rows), FEW):
        with store.acting() as act:
            for row in rows[start : start + FEW]:
                found = case_of(act, row, clock)
                if found is None:
                    case = open_in(act, chance, SchemeId(row.scheme), row.reference, by)
                    told = CaseImported(Imported(case.id, file_sha256, row.line, act.now, by))
                    act.write(Entry(EntryKind.CASE_IMPORTED, by, case.person_id), told)
                    opened += 1
                elif is_of(act, found, row, file_sha256):
                    again += 1
                else:
                    stood.append(row.line)
    return Taken(opened, again, tuple(stood))


def name_them(
    store: Store,
    sealer: Sealer,
    pinned: LogOpened,
    clock: Clock,
    rows: Sequence[CaseRow],
    file_sha256: bytes,
    by: ActorId,
) -> tuple[int, int]:
    """Name those of this file whose key is there and who have no name: how many, and how many wait for their key."""
    named = waiting = 0
    for row in rows:
        with store.reading() as view:
            case = case_of(view, row, clock)
            if case is None or not is_of(view, case, row, file_sha256) or view.is_named(case.person_id):
                continue
            if view.record_key(case.person_id) is None:
                waiting += 1
                continue
        name_person(store, sealer, pinned, case.person_id, row.name, by, row.contact)
        named += 1
    return named, waiting


def case_of(view: Reading, row: CaseRow, clock: Clock) -> Case | None:
    """The case of that scheme and reference."""
    at_it = view.cases_like(row.reference, None, clock.now(), 1000, 0, after=(row.reference, ""))
    return next((one for one in at_it if (one.reference, one.scheme_id) == (row.reference, row.scheme)), None)


def is_of(view: Reading, case: Case, row: CaseRow, file_sha256: bytes) -> bool:
    """Whether the case came out of this line of this file."""
    told = view.imported(case.id)
    return told is not None and (told.file_sha256, told.line) == (file_sha256, row.line)


def _goes_on(view: Reading, scheme_id: SchemeId) -> bool:
    try:
        view.scheme(scheme_id)
    except NotFound:
        return False
    return view.scheme_ending(scheme_id) is None

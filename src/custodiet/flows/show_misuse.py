"""Suspected misuse as those who answer and oversee it see it: by reference and entry, without what was said."""

from collections.abc import Collection
from dataclasses import dataclass

from custodiet.flows.ports import Reading
from custodiet.flows.report_misuse import reported_entry
from custodiet.flows.searching import holds, one_page
from custodiet.flows.show_looking import show_looks
from custodiet.model.case import Case
from custodiet.model.identity import ActorId, MisuseId, SchemeId
from custodiet.model.misuse import StandingMisuse
from custodiet.model.staff import Function
from custodiet.rules.staff import function_of
from custodiet.wire.records import ReadEntry

SHOWN_MAX = 1000
PAGE = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One report, with its case and what whoever made it works as."""

    case: Case
    standing: StandingMisuse
    function: Function | None


@dataclass(frozen=True, slots=True)
class Queue:
    """`waiting`: those that nobody has answered, the oldest first; `lines`: one page of all, the newest first."""

    waiting: tuple[Line, ...]
    lines: tuple[Line, ...]
    page: int
    pages: int


def show_queue(view: Reading, schemes: Collection[SchemeId] | None, words: str, page: int) -> Queue:
    """The newest SHOWN_MAX of these schemes or all, of cases whose reference holds these words."""
    waiting = [_line(view, one) for one in view.misuses(schemes, SHOWN_MAX, waiting=True)]
    known = (_line(view, one) for one in view.misuses(schemes, SHOWN_MAX))
    lines, at, pages = one_page([one for one in known if holds(words, one.case.reference)], page, PAGE)
    return Queue(tuple(reversed(waiting)), tuple(lines), at, pages)


def _line(view: Reading, one: StandingMisuse) -> Line:
    function = function_of(view.roles_of(one.report.by), one.report.at)
    return Line(view.case(one.report.case_id), one, function)


@dataclass(frozen=True, slots=True)
class Reported:
    """One report and the entry it names: by whom, as what, and whether it is a look at that case. None: it is gone."""

    line: Line
    entry: ReadEntry | None
    by: Function | None
    is_look: bool


def show_reported(view: Reading, misuse_id: MisuseId) -> Reported:
    """Raises NotFound."""
    line = _line(view, view.misuse(misuse_id))
    one = reported_entry(view, line.standing.report.entry)
    looks = show_looks(view, line.standing.report.at, line.case.id)
    by = None if one is None else function_of(view.roles_of(ActorId(one.actor)), one.at)
    return Reported(line, one, by, line.standing.report.entry in {each.entry for each in looks.lines})

"""Pages for those who watch the watchers: the regulator's eleven tests, oversight of a scheme, a search of the ledger.

By role and pseudonym, by reference and entry: no name, no position, and no way to open one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from custodiet.entrypoints.pack_paper import with_paper
from custodiet.entrypoints.web.paging import page_asked, pages_of
from custodiet.entrypoints.web.permitting import require
from custodiet.entrypoints.web.rendering import page
from custodiet.entrypoints.web.sight import of_case
from custodiet.entrypoints.web.views.looking import proof_of
from custodiet.entrypoints.wording_oversight import FOUND
from custodiet.entrypoints.wording_staff import said_function
from custodiet.entrypoints.zipping import zipped
from custodiet.flows.pack_case import pack_case
from custodiet.flows.ports import Reading
from custodiet.flows.prove_entry import entry_at
from custodiet.flows.reading_records import Told, read_all
from custodiet.flows.scheme_now import register_at
from custodiet.flows.searching import one_page
from custodiet.flows.show_evidence import facts_of
from custodiet.flows.show_kept import show_late
from custodiet.flows.show_oversight import (
    FoundEntry,
    draw_sample,
    months_to_draw,
    restricted_in,
    search_ledger,
    show_entries,
    show_oversight,
)
from custodiet.flows.witnessed import cosigned_note
from custodiet.model.act import Act
from custodiet.model.entry import EntryKind
from custodiet.model.errors import NotTheFormat, OpeningRefused, Unready, VaultUnavailable
from custodiet.model.identity import SchemeId
from custodiet.rules.eleven_tests import Facts, eleven_lines
from custodiet.rules.oversight import pseudonym
from custodiet.wire.note import NoteError, encode_base64, vkey
from custodiet.wire.proof import FILE_SUFFIX

PAGE_ENTRIES = 50
WINDOW_DAYS = 31
PLACES_MAX = 10**12


@dataclass(frozen=True, slots=True)
class Seen:
    """A scheme as its records show it, and the others there are."""

    scheme_id: SchemeId
    name: str
    others: tuple[tuple[SchemeId, str], ...]
    told: Told
    facts: Facts
    now: datetime


@contextmanager
def _seeing(request: HttpRequest, scheme_id: str | None = None) -> Iterator[tuple[Reading, Seen]]:
    """Raises Http404 for a scheme that is none, NotPermitted for whoever does not oversee."""
    place, published = settings.PLACE, _published()  # before the view begins, which then holds all that it covers
    with place.store.reading() as view:
        require(request, view, Act.READ_ASSURANCE)
        now, known = place.clock.now(), view.scheme_ids()
        wanted = scheme_id or request.GET.get("scheme") or (known[0] if known else "")
        if wanted not in known:
            raise Http404
        names = {one: register_at(view, one, now)[0].name or str(one) for one in known}
        told = read_all(view)
        key = vkey(place.pinned.origin, place.pinned.log_key)
        facts = facts_of(told, SchemeId(wanted), now, published, key, place.witnessed)
        others = tuple((one, name) for one, name in names.items() if one != wanted)
        yield view, Seen(SchemeId(wanted), names[SchemeId(wanted)], others, told, facts, now)


def _published() -> str | None:
    log: Path = settings.PLACE.log
    try:
        return (log / "checkpoint").read_bytes().decode(errors="replace")
    except OSError:
        return None


@require_safe
def regulator(request: HttpRequest) -> HttpResponse:
    """The eleven tests: what each asks, what evidence there is now, what is missing."""
    with _seeing(request) as (_, seen):
        lines = eleven_lines(seen.facts)
    restricted = restricted_in(seen.told, seen.facts)
    return page(request, "oversight/regulator.html", seen=seen, lines=lines, found=FOUND, restricted=restricted)


@require_safe
def of_test(request: HttpRequest, scheme_id: str, number: int) -> HttpResponse:
    """The entries in which the evidence of one test stands, the newest first."""
    with _seeing(request, scheme_id) as (view, seen):
        line = next((one for one in eleven_lines(seen.facts) if one.test.number == number), None)
        if line is None:
            raise Http404
        some, at, pages = one_page(line.entries, page_asked(request), PAGE_ENTRIES)
        entries = show_entries(view, some)
    given: dict[str, Any] = {"seen": seen, "line": line, "found": FOUND, "entries": [_said(one) for one in entries]}
    return page(request, "oversight/of_test.html", paging=pages_of(at, pages, {}), **given)


@require_safe
def oversight(request: HttpRequest) -> HttpResponse:
    """Readings by purpose, refusals by rule, late reviews, people who were not told; and a sample that nobody chose."""
    with _seeing(request) as (view, seen):
        shown = show_oversight(seen.told, seen.facts)
        late = show_late(view, seen.now, seen.scheme_id)
        samples = [draw_sample(view, seen.told, seen.facts.cases, *one) for one in months_to_draw(seen.now)]
    given: dict[str, Any] = {"seen": seen, "shown": shown, "samples": samples, "late": late, "root_of": encode_base64}
    return page(request, "oversight/oversight.html", **given)


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Entries of a window, by kind and by the pseudonym of whoever acted."""
    place, asked = settings.PLACE, request.GET
    now = place.clock.now()
    origin = place.pinned.origin
    kind = EntryKind(asked["kind"]) if asked.get("kind", "") in set(EntryKind) else None
    to_at, wrong = _day(asked.get("to", ""), now)
    until = (now if to_at is None else to_at) + timedelta(days=1)  # a window is half-open; this day is in it
    from_day, wrong_from = _day(asked.get("from", ""), now)
    from_at = until - timedelta(days=WINDOW_DAYS) if from_day is None else from_day
    who = asked.get("by", "").strip().upper()[:6]
    with place.store.reading() as view:
        require(request, view, Act.READ_ASSURANCE)
        known = {one.actor for one in view.roles()}
        is_by = frozenset(one for one in known if pseudonym(one, origin) == who) if who else None
        searched = search_ledger(view, from_at, max(from_at, until), kind, is_by)
    given: dict[str, Any] = {
        "asked": {name: asked.get(name, "")[:32] for name in ("kind", "from", "to", "by")},
        "kinds": sorted(EntryKind),
        "wrong": wrong or wrong_from,
        "searched": searched,
        "entries": [_said(one) for one in searched.found],
    }
    return page(request, "oversight/ledger.html", **given)


def _day(text: str, now: datetime) -> tuple[datetime | None, bool]:
    """A day that was asked for, and whether what stands there is none."""
    if not text.strip():
        return None, False
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None, True
    return min(max(day, datetime(1970, 1, 2, tzinfo=UTC)), now), False


@dataclass(frozen=True, slots=True)
class SaidEntry:
    """One entry as a page tells it."""

    index: int
    at: datetime
    kind: EntryKind
    who: str
    pseudonym: str


def _said(one: FoundEntry) -> SaidEntry:
    who = said_function(one.function) if one.function else "no account of staff"
    return SaidEntry(one.index, one.at, one.kind, who, pseudonym(one.actor, settings.PLACE.pinned.origin))


@require_safe
def entry_file(request: HttpRequest, index: int, form: str) -> HttpResponse:
    """One entry as it was hashed, or the proof of its place."""
    place = settings.PLACE
    if form not in ("proof", "entry") or index >= PLACES_MAX:
        raise Http404
    with place.store.reading() as view:
        require(request, view, Act.READ_ASSURANCE)
    try:
        body = proof_of(index) if form == "proof" else entry_at(place.store, index)
    except NotTheFormat:
        raise Http404 from None
    except (VaultUnavailable, OpeningRefused):
        return page(request, "error.html", 503, kind="store")
    is_proof = form == "proof"
    file = HttpResponse(body, content_type="text/plain; charset=utf-8" if is_proof else "application/json")
    file["Content-Disposition"] = f'attachment; filename="entry-{index}{FILE_SUFFIX if is_proof else ".json"}"'
    return file


@require_safe
def pack(request: HttpRequest, reference: str) -> HttpResponse:
    """The accountability pack of a case as one file, the very one that `custodiet pack case` writes.

    Whoever oversees has every entry of it one by one already; no name, no place, no words, nothing sealed is in it.
    """
    place = settings.PLACE
    with place.store.reading() as view:
        require(request, view, Act.READ_ASSURANCE)
        case = view.case_by_reference(reference)
        require(request, view, Act.READ_LOOKS, of_case(case.id))
    now, known = place.clock.now(), vkey(place.pinned.origin, place.pinned.log_key)
    try:
        files = pack_case(place.store, place.vault, reference, now, known, cosigned_note(place.witnessed, now))
        body = zipped(with_paper(files, place.as_pdf))
    except Unready:
        return page(request, "error.html", 503, kind="paper")
    except (VaultUnavailable, OpeningRefused, NoteError):
        return page(request, "error.html", 503, kind="store")
    file = HttpResponse(body, content_type="application/zip")
    file["Content-Disposition"] = f'attachment; filename="pack-of-a-case-{now:%Y-%m-%d}.zip"'
    return file

"""What a run of faults comes to: what was acknowledged held against what is stored, counted and raised."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache

from custodiet.adapters.store.sqlite import SqliteStore
from custodiet.model.finding import Matter, Weight, Why
from custodiet.model.identity import FittingId
from custodiet.model.mode import Category
from custodiet.model.times import to_ms
from custodiet.wire.frame import unpack_directory

from .carrying import Carried
from .site import Site

Identity = tuple[FittingId, int]


@dataclass(frozen=True)
class Stored:
    """Every piece of every frame, by identity: how many stand, how many were removed; and how many are of a trail."""

    standing: Counter[Identity]
    removed: Counter[Identity]
    of_trails: int


def stored_pieces(store: SqliteStore) -> Stored:
    standing: Counter[Identity] = Counter()
    removed: Counter[Identity] = Counter()
    of_trails, after = 0, -1
    with store.reading() as view:
        session_of = cache(view.session)
        while frames := view.frames(after, 500):
            for seq, frame in frames:
                after = seq
                gone = view.removed_in(frame.partition, frame.number)
                for place, row in enumerate(unpack_directory(frame.directory)):
                    session = session_of(row.session_no)
                    of_trails += session.category is Category.TRAIL
                    (removed if place in gone else standing)[session.fitting_id, row.fix_ms] += 1
    return Stored(standing, removed, of_trails)


def account(site: Site, devices: Sequence[Carried]) -> dict[str, int]:
    """Counts that must be 0, but for `acknowledged`, `kept` and `alerts`, which must not.

    missing: acknowledged, and neither stored nor removed by a recorded end. twice: stored more than once, whether it
    was removed or not. unsent: stored, and no device sent it. unrecorded: pieces of trails that the counts do not know,
    or the other way round. after_end: timed at or after the end of its decision. alerts_twice: more than one against
    the same person for one round outside. made_up: alerts about single low batteries, alerts that a late fix weakened
    though none was late. judged_again: counted as judged, beyond the fixes there were.
    """
    found: Counter[str] = Counter()
    with closing(site.open()) as store:
        stored = stored_pieces(store)
        for device in devices:
            of = device.wearer.fitting_id
            told = device.told
            here = {at for fitting_id, at in stored.standing if fitting_id == of}
            gone = {at for fitting_id, at in stored.removed if fitting_id == of}
            acknowledged = told.with_outcome("kept", "duplicate") if device.wearer.keeps_trail else set()
            found["acknowledged"] += len(told.by_time)
            found["kept"] += len(here)
            found["missing"] += len(acknowledged - here - gone)
            found["unsent"] += len((here | gone) - told.sent)
            found.update(_alerts(store, device))
            with store.reading() as view:
                end = view.decision(device.wearer.decision_id).ended_at
            found["after_end"] += 0 if end is None else sum(at >= to_ms(end) for at in here)
        tallies = _tallies(store)
    found["twice"] = sum(times - 1 for times in (stored.standing + stored.removed).values())
    found["unrecorded"] = abs(tallies["kept"] - stored.of_trails)
    judged = sum(len(device.told.sent) for device in devices if not device.wearer.keeps_trail)
    found["judged_again"] = max(0, tallies["judged"] - judged)
    return dict(found)


def _alerts(store: SqliteStore, device: Carried) -> Counter[str]:
    found: Counter[str] = Counter()
    with store.reading() as view:
        alerts = view.alerts_of(device.wearer.decision_id)
    against = [one for one in alerts if one.matter is Matter.OUT_OF_PLACE and one.weight is Weight.ADVERSE]
    rounds = Counter(device.life.round_of(one.began_at) for one in against)
    found["alerts"] = len(against)
    found["alerts_twice"] = sum(times - 1 for times in rounds.values())
    found["made_up"] = sum(one.matter is Matter.BATTERY or one.weakened_why is Why.LATE_FIX for one in alerts)
    return found


def _tallies(store: SqliteStore) -> Counter[str]:
    found: Counter[str] = Counter()
    with store.reading() as view:
        for (outcome, reason), reports in view.reports_counted().items():
            found[outcome] += 0 if reason else reports
    return found

"""The opening `pack`: one window for one recipient. It leaves the vault encrypted to their key, and in no other form.

Decided here by what the ledger says, by the same rules that the flow asked before it recorded. The manifest inside is
the watermark: whom it was made for, by which entry. What no reading shows, no pack holds (rules/masking), unless a
court's order says so (rules/court_orders.py).
"""

from collections.abc import Iterator
from dataclasses import replace

from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.masking import Masking
from custodiet.flows.in_vault.readings import NOT_IN_SIGHT, NOT_JUDGED, Pace, Readings
from custodiet.flows.ports import Sealer
from custodiet.flows.refusing import codes_of
from custodiet.model.disclosure import AgencyRequest, Cut, Release, Requested
from custodiet.model.disclosure_record import PackGiven
from custodiet.model.errors import OpeningRefused
from custodiet.model.look_up import Place
from custodiet.rules.disclosing import looked_at, objections_to_pack
from custodiet.rules.masking.flagged import Flagged, Unmasked
from custodiet.wire.pack import Manifest, write_pack, write_packed


class Packs:
    """Opens packs."""

    def __init__(self, follower: Follower, readings: Readings, sealer: Sealer, pace: Pace, masking: Masking) -> None:
        self._follower = follower
        self._readings = readings
        self._sealer = sealer
        self._pace = pace
        self._masking = masking

    def open(self, record: PackGiven, index: int) -> Iterator[bytes]:
        """The pack as one line. Raises OpeningRefused with the code of every reason."""
        pack, now = record.pack, self._follower.now()
        standing = self._follower.disclosing.standing(pack.request_id)
        ground, recipients = self._follower.ground(pack.case_id), self._follower.recipients(pack.case_id)
        against = objections_to_pack(standing, pack, ground, recipients, now)
        if standing is not None and standing.release is not None:
            against += () if record.judged == looked_at(standing.request, standing.release) else (NOT_JUDGED,)
        if not self._follower.may_ask(pack.by, pack.case_id, now):
            against += (NOT_IN_SIGHT,)
        if against or standing is None or standing.release is None:
            raise OpeningRefused(", ".join(codes_of(against)))
        flagged = self._flagged(standing.request)
        self._pace.take(now)
        return self._lines(standing, standing.release, flagged, index)

    def _flagged(self, asked: AgencyRequest) -> Flagged | Unmasked:
        if asked.is_whole:
            return Unmasked()
        return self._masking.flagged_for(self._follower.cases[asked.case_id].person_id)

    def _lines(self, standing: Requested, release: Release, flagged: Flagged | Unmasked, index: int) -> Iterator[bytes]:
        asked, now = standing.request, self._follower.now()
        ground = self._follower.ground(asked.case_id)
        parts, shown = self._readings.shown(
            asked.case_id, asked.purpose, release.window, release.precision, ground, flagged, now=now
        )
        origin = "" if self._follower.log is None else self._follower.log.origin
        manifest = Manifest(
            request=asked.id,
            made_for=asked.recipient_key,
            recipient=asked.recipient,
            log=origin,
            entry=index,
            made_at=now,
            purpose=asked.purpose,
            window=release.window,
            precision=release.precision,
            cut=release.cut,
            authorised=parts,
            whole=asked.is_whole,
        )
        places = tuple(_cut(one, release.cut) for one in shown)
        yield write_packed(self._sealer.seal_for(asked.recipient_key, write_pack(manifest, places)))


def _cut(place: Place, cut: Cut) -> Place:
    return place if cut is Cut.PLACES else replace(place, lat_e7=None, lon_e7=None, accuracy_m=None)

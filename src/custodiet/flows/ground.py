"""Zones of decisions as columns, to ask many of them at once; held for as long as none of them changes.

Owned by the table of whoever is steady (flows.steady). Geometry is held here no longer than in `watching`: that says
when all of it is to be forgotten.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from custodiet.flows.wearer import Wearer
from custodiet.model.identity import DecisionId
from custodiet.rules.conditions.zones import Area
from custodiet.rules.conditions.zones_columns import AreaRows, Floats, Places, Whole, blank, joined, laid_out, reaches

Zones = Sequence[tuple[Area, bool]]
"""Of one decision: each zone, and whether it is one to keep out of."""
ZonesOf = Callable[[Wearer], Zones | None]
"""Zones of a wearer's decision; None where one of them is not at hand."""


class Ground:
    """Grows by whatever decision is asked about."""

    def __init__(self) -> None:
        self._areas: AreaRows = laid_out(())
        self._keep_out: npt.NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._of: dict[DecisionId, Whole] = {}
        """Where the zones of each decision lie among all of them."""
        self._gone = 0
        """How many of them were overwritten."""

    def add(self, wearers: Sequence[Wearer], zones_of: ZonesOf) -> None:
        """Lay out what is not laid out yet of their decisions."""
        areas: list[Area] = []
        keep_out: list[bool] = []
        for wearer in wearers:
            decision_id = wearer.clear.decision.id
            zones = None if decision_id in self._of else zones_of(wearer)
            if zones is None:
                continue
            begin = len(self._keep_out) + len(areas)
            self._of[decision_id] = np.arange(begin, begin + len(zones))
            areas += [area for area, _ in zones]
            keep_out += [out for _, out in zones]
        if areas:
            self._areas = joined(self._areas, laid_out(areas))
            self._keep_out = np.concatenate([self._keep_out, np.array(keep_out, np.bool_)])

    def forget(self, decisions: Iterable[DecisionId]) -> None:
        """Of these nothing is here any more: it is overwritten, and all is laid out anew once half of it is that."""
        for decision_id in decisions:
            gone = self._of.pop(decision_id, None)
            if gone is None:
                continue
            blank(self._areas, gone)
            self._gone += len(gone)
        if 2 * self._gone > len(self._keep_out):
            self._areas, self._keep_out, self._of, self._gone = laid_out(()), np.zeros(0, np.bool_), {}, 0

    def __contains__(self, decision_id: DecisionId) -> bool:
        return decision_id in self._of

    def reaches(self, wearers: Sequence[Wearer], places: Places) -> Floats:
        """How far around the place of each it is calm, in metres; NaN where it is not. Each decision must be here."""
        asked = [self._of[one.clear.decision.id] for one in wearers]
        of = np.repeat(np.arange(len(asked)), [len(one) for one in asked])
        together = np.concatenate([np.zeros(0, np.int64), *asked])
        return reaches(self._areas, together, self._keep_out[together], of, places)

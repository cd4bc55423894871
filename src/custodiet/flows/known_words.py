"""The words kept lately, in one monitor's memory: a second one is a duplicate, one before the newest is late."""

from collections.abc import Iterable
from datetime import datetime

from custodiet.flows.ports import Reading
from custodiet.model.identity import ConditionId, FittingId
from custodiet.model.mode import Kind
from custodiet.model.times import from_ms, to_ms
from custodiet.model.word import Word

WordOf = tuple[FittingId, int, Kind, ConditionId | None]
"""The identity of a word: whose, when in ms, of what kind, about which zone."""


def word_identity(word: Word) -> WordOf:
    """What makes a second one of it a duplicate."""
    return word.fitting_id, to_ms(word.at), word.kind, word.condition_id


class KnownWords:
    """Owned by one monitor's writing thread."""

    def __init__(self) -> None:
        self._known: set[WordOf] = set()
        self._newest: dict[tuple[FittingId, ConditionId | None], datetime] = {}
        self._from: datetime | None = None

    def catch_up(self, view: Reading, number: int, reach: datetime) -> None:
        """Take in what ingest records kept from a number on, and all of it anew when words of earlier times count."""
        since = number if self._from is not None and reach >= self._from else 0
        self.add(view.words_since(since, reach))
        if since == 0:
            self._from = reach

    def add(self, words: Iterable[Word]) -> None:
        """These are durable."""
        for word in words:
            self._known.add(word_identity(word))
            about = (word.fitting_id, word.condition_id)
            self._newest[about] = max(word.at, self._newest.get(about, word.at))

    def __contains__(self, identity: WordOf) -> bool:
        return identity in self._known

    def newest(self, word: Word) -> datetime | None:
        """When the newest word was said of the same fitting and zone."""
        return self._newest.get((word.fitting_id, word.condition_id))

    def forget_before(self, reach_ms: int) -> None:
        """No word of an earlier time can be admitted any more."""
        self._known = {word for word in self._known if word[1] >= reach_ms}
        self._newest = {about: at for about, at in self._newest.items() if to_ms(at) >= reach_ms}
        self._from = from_ms(reach_ms)

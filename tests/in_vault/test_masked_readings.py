"""A stay near a flagged place does not come out of the vault, whichever window asks; the person's own copy is whole."""

import pytest
from support.looking import HOUR, MINUTE, Looked

from custodiet.model.condition import Interval
from custodiet.model.errors import OpeningRefused
from custodiet.rules.masking.cells import cell_of
from custodiet.rules.masking.stays import MARGIN_MAX, MARGIN_MIN

CHURCH = cell_of(465_090_000, -280_000_000)
"""Where the walk of `Looked` is ninety minutes after it began."""
FIX_EVERY = 10 * MINUTE


def test_a_masked_stay_is_as_if_nothing_could_be_shown_then_and_every_window_agrees(house):
    house.load_places(CHURCH)
    one = Looked(house)
    opened = one.open(one.granted(window=one.window(3)))
    arrived = one.began + 9 * FIX_EVERY
    held = [place.at for place in opened.places]
    assert not any(arrived - MARGIN_MIN <= at <= arrived + MARGIN_MIN for at in held)
    assert not any(part.covers(arrived) for part in opened.authorised)
    around = Interval(arrived - HOUR / 2, arrived + HOUR / 2)
    narrow = one.open(one.granted(window=around))
    assert (narrow.authorised, narrow.places) == ((), ())
    cut = Interval(arrived + MINUTE, one.until)
    later = one.open(one.granted(window=cut))
    assert later.authorised == tuple(
        Interval(max(part.from_at, cut.from_at), part.to_at) for part in opened.authorised if part.to_at > cut.from_at
    )
    assert [place.at for place in later.places] == [at for at in held if cut.covers(at)]
    fixes = [line for line in house.copy(one.person) if "fix_time" in line]
    assert len(fixes) == 18
    assert MARGIN_MAX < HOUR


def test_without_the_list_that_the_ledger_names_nothing_opens(house):
    one = Looked(house)
    look_up_id = one.granted()
    house.load_places(CHURCH)
    for file in (house.folder / "data" / "places").iterdir():
        file.write_bytes(b"custodiet/places/v1\n")
    with pytest.raises(OpeningRefused, match="places_missing"):
        one.open(look_up_id)

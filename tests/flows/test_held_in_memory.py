"""What a gateway holds of everyone for as long as it runs: no more of it than needs be."""

from dataclasses import fields

from support.watched import watch

from custodiet.adapters.store.rows import Shared
from custodiet.model.condition import Schedule
from custodiet.model.mode import Category


def test_an_identity_that_many_rows_tell_is_one_object(house):
    watch(house)
    with house.store.reading() as view:
        change = view.standing_since(0)
    told = (change.cases, change.devices, change.fittings, change.decisions, change.conditions, change.day_keys)
    first, times = {}, 0
    for noun in [one for nouns in told for one in nouns]:
        for field in fields(noun):
            value = getattr(noun, field.name)
            if type(value) in (str, Schedule):
                times += first.setdefault(value, value) is not value
    assert len(first) > 10
    assert not times


def test_a_code_that_equals_a_text_stays_a_code():
    shared = Shared()
    assert shared("trail") == Category.TRAIL
    assert shared(Category.TRAIL) is Category.TRAIL

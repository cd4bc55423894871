"""What the clock finds is recorded of each by itself, and looked for by itself."""

import pytest

from custodiet.entrypoints import clock
from custodiet.flows.each_by_itself import each_by_itself
from custodiet.flows.time_passes import Passing
from custodiet.model.errors import CannotRecord, LeaseLost, NotFound, NotPermitted, VaultUnavailable


def recording(fails):
    """What was tried, and a way to record that fails with these."""
    tried = []

    def record(one):
        tried.append(one)
        if one in fails:
            raise fails[one]
        return 1

    return tried, record


def test_each_is_recorded_and_all_are_counted():
    tried, record = recording({})
    assert each_by_itself(range(4), record) == 4
    assert tried == [0, 1, 2, 3]


def test_none_is_tried_once_enough_were_recorded():
    tried, record = recording({0: NotPermitted("first")})
    with pytest.raises(NotPermitted):
        each_by_itself(range(9), record, 3)
    assert tried == [0, 1, 2, 3]


def test_none_is_tried_once_so_many_have_failed():
    tried, record = recording({one: NotPermitted(f"of {one}") for one in (1, 2, 4, 6)})
    with pytest.raises(NotPermitted, match="of 1"):
        each_by_itself(range(9), record, failures=3)
    assert tried == [0, 1, 2, 3, 4]


def test_one_that_fails_keeps_no_other_from_being_recorded_and_the_first_failure_is_told():
    tried, record = recording({1: NotPermitted("first"), 3: NotFound("second")})
    with pytest.raises(NotPermitted, match="first"):
        each_by_itself(range(5), record)
    assert tried == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("failure", [CannotRecord("full"), LeaseLost("another"), VaultUnavailable("away")])
def test_what_every_other_would_fail_with_ends_it_at_once(failure):
    tried, record = recording({1: failure})
    with pytest.raises(type(failure)):
        each_by_itself(range(5), record)
    assert tried == [0, 1]


def test_what_is_no_failure_of_ours_is_not_taken_for_one():
    _, record = recording({1: ZeroDivisionError()})
    with pytest.raises(ZeroDivisionError):
        each_by_itself(range(5), record)


@pytest.mark.parametrize(
    ("failure", "again_s"),
    [(VaultUnavailable("away"), 5), (CannotRecord("full"), 5), (OSError("disk"), 5), (NotPermitted("of one"), 60)],
)
def test_what_may_work_in_a_moment_is_tried_soon_again_and_anything_else_at_its_pace(failure, again_s):
    tried = []

    def step():
        tried.append(True)
        raise failure

    each = clock._Every("erasing", 60.0, step)
    for at in range(90):
        each.step(float(at))
    assert len(tried) == -(-90 // again_s)


@pytest.mark.parametrize("failing", Passing(None, None, None, ("clock", 1)).steps)
def test_a_step_of_the_clock_that_fails_each_time_keeps_no_other_from_being_done(failing, caplog, monkeypatch):
    done = []

    def step(name):
        if name == failing:
            raise NotPermitted("of one")
        done.append(name)
        return 0

    steps = {name: lambda name=name: step(name) for name in Passing(None, None, None, ("clock", 1)).steps}
    monkeypatch.setattr(Passing, "steps", property(lambda _: steps))
    ticking = clock.Ticking(None, None, None, None, None, None, 1)
    for each in ticking._looks:
        each.step(0.0)
    assert done == [name for name in steps if name != failing]
    assert f"looking for {failing}: NotPermitted" in caplog.text

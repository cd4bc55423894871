"""What a gateway says when it cannot record: 503, come again, the whole request, and nothing kept of it."""

import json
import math
from datetime import timedelta
from functools import partial

import pytest
from support.by_hand import held_by_another
from support.door import Door
from support.watched import rows

from custodiet.entrypoints.gateway.limits import Limits
from custodiet.entrypoints.gateway.writer import GATHER_S
from custodiet.flows.receive_reports import Monitor
from custodiet.model.errors import CannotRecord
from custodiet.simulation.device import traccar_payload


@pytest.fixture
def wearer(house):
    person = house.person("TAG-1")
    house.decide(person)
    return person


def fix(house, ago=timedelta(0)):
    return traccar_payload("TAG-1", house.clock.now() - ago, 46.5, -28.0)


def post(door, house, wearer, ago=timedelta(0)):
    return door.request("POST", "/in/traccar", fix(house, ago), wearer.token)


def stored(house):
    return rows(house, "SELECT count(*), sum(reports) FROM tally")


def test_with_room_a_report_is_kept(house, wearer):
    assert post(Door(house), house, wearer).said == "200 kept"


def test_an_old_picture_of_decisions_is_no_basis_and_the_body_stays_unread(house, wearer):
    door = Door(house)
    door.gateway.writer._refreshed_at -= 6
    before = stored(house)
    answer = post(door, house, wearer)
    assert (answer.status, answer.headers["retry-after"], door.bodies_read) == (503, "2", 0)
    assert stored(house) == before
    # The writer has read the store in the meantime, as it does four times a second.
    assert door.request("GET", "/healthz").status == 200
    door.gateway.writer._refreshed_at -= 6
    assert door.gateway._health().status == 503


def test_too_much_waiting_is_503_and_the_body_stays_unread(house, wearer):
    door = Door(house, Limits(waiting_reports_max=0))
    answer = post(door, house, wearer)
    assert (answer.status, answer.headers["retry-after"], door.bodies_read) == (503, "2", 0)


def test_a_store_that_another_holds_is_503_and_the_same_report_is_kept_afterwards(house, wearer, monkeypatch):
    door = Door(house)
    with held_by_another(house, monkeypatch):
        answer = post(door, house, wearer)
        assert (answer.status, json.loads(answer.body)) == (
            503,
            {"error": "cannot record now: the store cannot write now"},
        )
    assert post(door, house, wearer).said == "200 kept"


def test_an_authorised_day_without_a_key_is_503_for_that_request_alone(house, wearer):
    other = house.person("TAG-2")
    house.decide(other, keys=False)
    door = Door(house)
    body = traccar_payload("TAG-2", house.clock.now(), 46.5, -28.0)
    assert door.request("POST", "/in/traccar", body, other.token).status == 503
    assert post(door, house, wearer).said == "200 kept"
    house.issue_keys()
    assert door.request("POST", "/in/traccar", body, other.token).said == "200 kept"


def test_a_clock_far_behind_the_ledger_is_503(house, wearer):
    door = Door(house)
    house.clock.pass_(-timedelta(minutes=6))
    answer = post(door, house, wearer)
    assert (answer.status, "clock" in json.loads(answer.body)["error"]) == (503, True)
    assert door.request("GET", "/healthz").status == 503
    house.clock.pass_(timedelta(minutes=6))
    assert post(door, house, wearer).said == "200 kept"
    assert door.request("GET", "/healthz").status == 200


def test_that_our_own_path_cannot_be_proved_up_shows_and_is_said_once_until_it_works_again(house, wearer, caplog):
    door, idle = Door(house), Monitor.idle
    writer = door.gateway.writer

    def idles(*, able):
        writer._idled_at = -math.inf
        writer._monitor.idle = partial(idle, writer._monitor) if able else cannot_record
        writer._idle()
        return door.request("GET", "/healthz").status

    assert [idles(able=able) for able in (True, False, False, False, True, False)] == [200, 503, 503, 503, 200, 503]
    assert caplog.text.count("work ahead of time failed: CannotRecord") == 2


def cannot_record():
    raise CannotRecord("made up")


def test_an_error_that_nobody_foresaw_takes_its_own_request_and_no_other(house, wearer, monkeypatch):
    other = house.person("TAG-2")
    house.decide(other)
    door = Door(house)
    answers = Monitor._answers

    def breaks(self, sender, *rest):
        decided = answers(self, sender, *rest)  # once it is half decided
        if "TAG-2" in sender.standing.scope:
            raise ZeroDivisionError
        return decided

    monkeypatch.setattr(Monitor, "_answers", breaks)
    body = traccar_payload("TAG-2", house.clock.now(), 46.5, -28.0)
    good, bad = door.together(
        ("POST", "/in/traccar", fix(house), wearer.token), ("POST", "/in/traccar", body, other.token)
    )
    assert (good.said, bad.status) == ("200 kept", 503)


def test_many_small_posts_share_one_commit(house, wearer):
    house.clock.pass_(timedelta(minutes=1))
    door = Door(house)
    with house.store.reading() as view:
        before = view.newest_frame()
    requests = [("POST", "/in/traccar", fix(house, timedelta(seconds=n)), wearer.token) for n in range(50)]
    assert {answer.said for answer in door.together(*requests)} == {"200 kept"}
    with house.store.reading() as view:
        assert view.newest_frame() == before + 1


def test_where_several_come_at_once_the_next_commit_waits_until_no_more_do(house, wearer):
    door = Door(house)
    house.clock.pass_(timedelta(minutes=1))
    writer = door.gateway.writer
    waits, coming = [], [2, 1]

    def wait(seconds):
        if writer._queue:
            waits.append(seconds)
            writer._reports += coming.pop() if coming else 0

    def gathered(posts):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(writer._changed, "wait", wait)
            waits.clear()
            answers = door.together(*posts)
        assert {answer.said for answer in answers} == {"200 kept"}
        assert set(waits) <= {GATHER_S}
        return len(waits)

    def posts(*seconds):
        return [("POST", "/in/traccar", fix(house, timedelta(seconds=n)), wearer.token) for n in seconds]

    assert gathered(posts(1)) == 0  # nobody is alone waited for
    assert gathered(posts(2, 3)) == 0  # nor could it be known that several come
    writer._together = True  # as after a group of several, until nobody has come for a while
    assert gathered(posts(4, 5)) == 3  # twice more came, then none


def test_a_body_that_does_not_come_is_given_up(house, wearer):
    door = Door(house, Limits(body_wait_s=0.01))
    assert door.request("POST", "/in/traccar", None, wearer.token).status == 408


def test_a_gateway_that_could_write_nothing_knows_by_itself_when_it_can_again(house, wearer, monkeypatch):
    door = Door(house)
    writer = door.gateway.writer
    assert (writer.is_failing, writer.fails_for_s) == (False, 0.0)
    writer._well_at -= 1000  # it was long busy with what went well
    writer.step(0)
    with held_by_another(house, monkeypatch):
        assert post(door, house, wearer).status == 503
        for _ in range(2):
            writer._idled_at = 0.0
            writer.step(0)
            assert writer.is_failing
        assert writer.fails_for_s < 900
        writer._well_at -= 100
        assert writer.fails_for_s > 100
    writer._idled_at = 0.0
    writer.step(0)
    assert (writer.is_failing, writer.fails_for_s) == (False, 0.0)

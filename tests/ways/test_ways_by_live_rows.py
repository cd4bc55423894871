"""Live rows (server-sent events), tried by whoever may not: nobody hears of what is not in their sight."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from support.hurried import hurried
from support.in_process import client_of, place_of
from support.staff import ADA, AOS, AUD, CAI, CEM, DPO, OPE, PER, REQ, TRA, staffed
from support.watched import bring, watch

from custodiet.entrypoints.web import feed
from custodiet.flows.keep_caseload import declare_conflict
from custodiet.flows.staff_leaves import end_role
from custodiet.main.pages import read_policy
from custodiet.model.alert import AlertState

SESSION_ENDS_S_MAX = 5
"""The promise of entrypoints/web/feed.py."""
LONG_S = 60
SEES_NOTHING = (ADA, PER, REQ, TRA)


class Listened:
    """A place whose streams are listened to, and an alert of a case in CAI's sight that moves."""

    def __init__(self, house, folder):
        self.house = house
        self.roles = staffed(house)
        self.watched = watch(house)
        self.alert = self.watched.accused()
        self.case_id = self.alert.case_id
        place_of(house, folder, read_policy(), (AOS, AUD, CAI, CEM, DPO, OPE, *SEES_NOTHING))

    def request(self, actor, last_id=""):
        from django.test import RequestFactory

        from custodiet.entrypoints.web.accounts.models import Account

        client = client_of(actor)
        request = RequestFactory().get("/live", headers={"Last-Event-ID": last_id} if last_id else {})
        request.user, request.session = Account.objects.get(actor=actor), client.session
        request.user.password_is_given = False
        return request

    def answer(self, actor, last_id=""):
        from custodiet.entrypoints.web.views.live import stream

        return stream(self.request(actor, last_id))

    def heard(self, actor, meanwhile, last_id=""):
        """What comes of a stream in which something happens once it has begun, and after how many seconds it ended;
        None: it did not in LONG_S.
        """
        answer = self.answer(actor, last_id)
        assert answer.status_code == 200

        async def listen():
            loop, parts = asyncio.get_running_loop(), []
            stream = aiter(answer.streaming_content)
            parts.append(await anext(stream))
            began = loop.time()
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(feed.LOOK_S / 2)  # of the loop's own time: it has looked once
            await asyncio.to_thread(meanwhile)
            while loop.time() - began < LONG_S:
                done, _ = await asyncio.wait([waiting], timeout=LONG_S)
                if not done:
                    break
                try:
                    parts.append(waiting.result())
                except StopAsyncIteration:
                    return parts, loop.time() - began
                waiting = asyncio.ensure_future(anext(stream))
            waiting.cancel()
            return parts, None

        return hurried(listen())

    def moves(self):
        """The alert changes: somebody has claimed it."""
        bring(self.house, self.alert.id, AlertState.CLAIMED)


@pytest.fixture
def listened(house, tmp_path):
    from django.conf import settings

    one = Listened(house, tmp_path)
    settings.FEED = feed.Feed(house.store, house.clock)
    yield one
    from django.db import connection

    connection.close()


def events(parts):
    told = [line.removeprefix("data: ") for part in parts for line in part.decode().splitlines()]
    return [json.loads(line) for line in told if line.startswith("{")]


@pytest.mark.parametrize("actor", [DPO, OPE])
def test_whoever_may_hears_a_kind_an_identity_and_a_state_and_no_word_more(listened, actor):
    parts, ended_s = listened.heard(actor, listened.moves)
    assert events(parts) == [{"kind": "alert", "id": listened.alert.id, "state": "claimed"}]
    assert ended_s is None
    with listened.house.store.reading() as view:
        case = view.case(listened.case_id)
    said = b"".join(parts).decode()
    for kept_back in (case.reference, case.person_id, case.id, "46.", "-28", "lat", "name"):
        assert kept_back not in said


def test_without_a_session_or_a_function_that_sees_a_case_there_is_no_stream(listened):
    from django.test import Client

    assert Client(SERVER_NAME="localhost").get("/live").status_code == 401
    for actor in SEES_NOTHING:
        assert listened.answer(actor).status_code == 401, actor


@pytest.mark.parametrize("actor", [CEM, CAI])
def test_of_a_case_that_is_anothers_nothing_is_heard(listened, actor):
    parts, _ = listened.heard(actor, listened.moves)
    assert events(parts) == []


def test_what_came_before_is_told_anew_by_what_is_seen_now(listened):
    """The number of an earlier event is no key to it: `Last-Event-ID` widens nothing."""
    from django.conf import settings

    parts, _ = listened.heard(DPO, listened.moves)
    [number] = [line for part in parts for line in part.decode().splitlines() if line.startswith("id: ")]
    before = number.removeprefix("id: ").rpartition(".")[0] + ".0"
    settings.FEED._looking = None  # it was of the loop before
    again, _ = listened.heard(DPO, lambda: None, before)
    assert events(again) == events(parts)
    for actor in (CAI, CEM):
        settings.FEED._looking = None
        assert events(listened.heard(actor, lambda: None, before)[0]) == []


def session_over(listened, actor):
    from django.db import connection

    from custodiet.entrypoints.web.accounts.models import Session

    Session.objects.filter(account__actor=actor).update(expire_date=datetime.now(UTC))
    connection.close()


ENDS = {
    "their role ends": lambda one: end_role(one.house.store, one.roles[OPE], ADA),
    "their session runs out": lambda one: session_over(one, OPE),
}


@pytest.mark.parametrize("how", ENDS.values(), ids=ENDS.keys())
def test_a_stream_closes_within_five_seconds_when(listened, how):
    parts, ended_s = listened.heard(OPE, lambda: how(listened))
    assert ended_s is not None
    assert ended_s <= SESSION_ENDS_S_MAX
    assert events(parts) == []


@pytest.mark.parametrize("how", ENDS.values(), ids=ENDS.keys())
def test_and_what_happens_in_those_seconds_is_not_heard(listened, how):
    def both():
        how(listened)
        listened.moves()

    parts, ended_s = listened.heard(OPE, both)
    assert ended_s is not None
    assert events(parts) == []


def test_sight_that_is_lost_mid_stream_is_lost_from_the_next_event_on(listened):
    def conflict():
        declare_conflict(listened.house.store, listened.case_id, OPE, OPE)
        listened.moves()

    parts, _ = listened.heard(OPE, conflict)
    assert events(parts) == []

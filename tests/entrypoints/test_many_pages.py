"""Ending or lowering many by one act, by form post: what was shown is what happens, and what may not is named."""

import re
import sys
import time

import pytest
from support.house import COURT, SCHEME
from support.in_process import place_of
from support.staff import ADA, AOS, CAI, DPO, staffed

from custodiet.main.pages import read_policy
from custodiet.model.case import TaskKind
from custodiet.model.decision import Authority, State
from custodiet.model.mode import ModeCode

MANY = f"/schemes/{SCHEME}/many"
END, LOWER = "end.not_needed", "check_in"


@pytest.fixture
def signed_in(house, tmp_path):
    staffed(house)
    place_of(house, tmp_path, read_policy(), (ADA, AOS, CAI, DPO))

    def as_(actor, *, since_s: float = 0):
        from django.test import Client

        from custodiet.entrypoints.web.accounts.models import Account

        client = Client(SERVER_NAME="localhost")
        client.get("/")  # what listens for a sign-in is there from the first page on
        account = Account.objects.get(actor=actor)
        client.force_login(account)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time() - since_s}]
        session["account_authentication_methods_user"] = str(account.pk)
        session.save()
        return client

    yield as_
    from django.db import connection

    connection.close()


def hidden(shown, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', shown.content.decode())[1]


def check(client, address: str = MANY, **told):
    return client.post(address, {"do": "check", "whole": "all", "to": END, **told})


def confirm(client, checked, to: str = END):
    told = {"do": "carry_out", "whole": "ticked", "to": to, "kept": hidden(checked, "kept")}
    answer = client.post(MANY, told)
    assert (answer.status_code, answer.headers.get("Location")) == (302, f"{MANY}/done")
    return client.get(f"{MANY}/done").content.decode()


def tasks(house):
    with house.store.reading() as view:
        return [one for one in view.open_tasks() if one.kind is TaskKind.TELL_AND_REMOVE]


def states(house, decisions):
    return [house.decision(one.id).state for one in decisions]


@pytest.mark.parametrize("many", [200, pytest.param(600, marks=pytest.mark.long)])
def test_hundreds_end_by_one_post_each_with_its_task_and_an_order_of_another_stays(house, signed_in, many):
    made = [house.decide(house.person(), keys=False) for _ in range(many)]
    order = house.decide(house.person(), keys=False, authority=Authority.ORDER, maker=COURT)
    client = signed_in(AOS)
    checked = check(client)
    text = checked.content.decode()
    assert f"End {many + 1} decisions" in text
    assert states(house, made[:3]) == [State.MADE] * 3
    began = time.perf_counter()
    text = confirm(client, checked)
    sys.stderr.write(f"{many} ended by one post in {time.perf_counter() - began:.1f} s\n")
    assert f"{many} decisions ended" in text
    assert "1 stays as it is" in text
    assert "an order is ended, paused and resumed only by its maker" in text.lower()
    assert set(states(house, made)) == {State.WITHDRAWN}
    assert states(house, [order]) == [State.MADE]
    assert len(tasks(house)) == many


def test_ticks_are_kept_from_page_to_page_and_only_the_ticked_are_lowered(house, signed_in):
    made = [house.decide(house.person(), keys=False) for _ in range(55)]
    client = signed_in(ADA)
    first = client.get(MANY)
    second = client.post(MANY, {"do": "2", "shown": hidden(first, "shown"), "tick": [made[0].id, made[3].id]})
    assert second.status_code == 200
    assert f'value="{made[54].id}"' in second.content.decode()
    told = {"shown": hidden(second, "shown"), "kept": hidden(second, "kept"), "tick": [made[54].id]}
    checked = check(client, whole="ticked", to=LOWER, **told)
    assert "Lower 3 decisions" in checked.content.decode()
    assert "3 decisions stepped down" in confirm(client, checked, LOWER)
    with house.store.reading() as view:
        low = [one.case_id for _, one in view.standing_in(SCHEME, which(mode=ModeCode.CHECK_IN), house.clock.now(), 99)]
    assert sorted(low) == sorted(made[one].case_id for one in (0, 3, 54))
    # Unticked again on a page that comes back.
    back = client.post(MANY, {"do": "1", "shown": hidden(first, "shown"), "kept": f"{made[1].id} {made[54].id}"})
    assert hidden(back, "kept") == made[54].id


def which(**given):
    from custodiet.model.stored import Narrowed

    return Narrowed(**given)


def test_the_filter_narrows_what_all_of_them_means(house, signed_in):
    high = house.decide(house.person(), keys=False)
    low = house.decide(house.person(), mode=ModeCode.HOME_PRESENCE, keys=False)
    client = signed_in(AOS)
    for asked, found in ((f"?mode={ModeCode.HOME_PRESENCE}", 1), ("?due=overdue", 0), ("?due=28", 2), ("?mode=odd", 2)):
        assert f"{found} decision" in client.get(MANY + asked).content.decode(), asked
    confirm(client, check(client, f"{MANY}?mode={ModeCode.HOME_PRESENCE}"))
    assert states(house, [high, low]) == [State.MADE, State.WITHDRAWN]


def test_nothing_chosen_or_nothing_ticked_is_said_and_nothing_ends(house, signed_in):
    one = house.decide(house.person(), keys=False)
    client = signed_in(AOS)
    for told, said in (
        ({"whole": "ticked"}, "Tick at least one that stands"),
        ({"whole": ""}, "Say which of them"),
        ({"to": "fitted_trail"}, "Select a valid choice"),
        ({"whole": "ticked", "tick": ["decision_nowhere"]}, "Tick at least one that stands"),
    ):
        shown = check(client, **told).content.decode()
        assert said in shown, told
        assert "<title>Error: " in shown
    assert states(house, [one]) == [State.MADE]


def test_who_may_not_is_refused_and_who_signed_in_long_ago_shows_again_who_they_are(house, signed_in):
    one = house.decide(house.person(), keys=False)
    told = {"do": "carry_out", "whole": "ticked", "to": END, "kept": one.id}
    for actor in (CAI, DPO):
        client = signed_in(actor)
        assert client.get(MANY).status_code == 403
        assert client.post(MANY, told).status_code == 403
    late = signed_in(AOS, since_s=1000)
    assert late.get(MANY).headers["Location"].startswith("/account/confirm")
    assert late.post(MANY, told).headers["Location"].startswith("/account/confirm")
    assert states(house, [one]) == [State.MADE]

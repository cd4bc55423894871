"""What stands against unmasking, and against a court's whole copy: each rule alone, by facts on the table."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custodiet.flows.refusing import codes_of
from custodiet.model.condition import Interval
from custodiet.model.decision import Authority, Decision, State
from custodiet.model.disclosure import AgencyRequest, Basis, Cut, Release, Requested, Verified
from custodiet.model.errors import IllegalValue
from custodiet.model.look_up import Grant, LookUp, Precision, RefusedBecause, Standing, ToKnow, Tried
from custodiet.model.mode import ModeCode
from custodiet.model.register import Recipient, RegisteredPurpose
from custodiet.model.unmask import Article9, NotEnough, Unmask, UnmaskedReading, Unmasking, UnmaskYes
from custodiet.rules.access import Ground, Under
from custodiet.rules.disclosing import looked_at, objections_to_release, objections_to_request
from custodiet.rules.masking.stays import JUDGED
from custodiet.rules.unmasking import (
    objections_to_unmask_no,
    objections_to_unmask_yes,
    objections_to_unmasked_reading,
    objections_to_unmasking,
)

T0 = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOW = T0 + 10 * HOUR
WINDOW, INNER, WIDER = Interval(T0, T0 + 4 * HOUR), Interval(T0, T0 + HOUR), Interval(T0, T0 + 5 * HOUR)
KEY = "age130dthdjne27sphayaul7r2e4d946u7j9qgswmwx45add2kqdlu6qnxdsxm"

DECISION = Decision(
    *("d", "c", "main", ModeCode.FITTED_TRAIL, "p", ("contact",), Authority.OFFICERS, None, "ana", T0),
    review_due_at=T0 + timedelta(days=28),
    ends_at=None,
    state=State.MADE,
    approved_by="bo",
    made_at=T0,
)
PURPOSE = RegisteredPurpose("contact", "Contact", operational=True, special_condition="Art 9(2)(g)")
GROUND = Ground((Under(DECISION),), (PURPOSE,), {ModeCode.FITTED_TRAIL: {"contact"}})
NAMELESS = replace(GROUND, purposes=(replace(PURPOSE, special_condition=" "),))
LOOK_UP = LookUp(
    *("l", "c", "contact", ToKnow.REACH, b"s", (Tried.RANG,), WINDOW, Precision.M_100, "ai", T0 + 8 * HOUR)
)
GRANT = Grant("l", WINDOW, Precision.M_100, "os", T0 + 9 * HOUR, NOW + HOUR)
GRANTED, OVER = Standing(LOOK_UP, GRANT), Standing(LOOK_UP, GRANT, ended_at=NOW, ended_by="os")
UNMASK = Unmask("u", "l", "c", WINDOW, NotEnough.IN_DANGER, Article9.PUBLIC_INTEREST, b"s", "ai", NOW)
YES = UnmaskYes("u", WINDOW, "tor", NOW, b"s")
WAITS, ANSWERED = Unmasking(UNMASK), Unmasking(UNMASK, YES)
REFUSED = Unmasking(UNMASK, None, NOW, "tor", RefusedBecause.OTHER)
READING = UnmaskedReading("u", "c", WINDOW, Precision.M_100, "ai", NOW)


def asking(*, unmask=UNMASK, words="why", look_up=GRANTED, read=(WINDOW,), ground=GROUND, now=NOW):
    return codes_of(objections_to_unmasking(unmask, words, look_up, read, ground, now))


def saying_yes(*, unmasking=WAITS, yes=YES, words="why", look_up=GRANTED, ground=GROUND, now=NOW):
    return codes_of(objections_to_unmask_yes(unmasking, yes, words, look_up, (WINDOW,), ground, now))


def saying_no(by="tor", *, unmasking=WAITS, look_up=GRANTED):
    return codes_of(objections_to_unmask_no(unmasking, look_up, by, NOW))


def reading(*, unmasking=ANSWERED, reading=READING, look_up=GRANTED, ground=GROUND, now=NOW):
    return codes_of(objections_to_unmasked_reading(unmasking, reading, look_up, ground, now))


def test_nothing_stands_against_what_is_as_it_should_be():
    assert asking() == saying_yes() == saying_no() == reading() == ()
    assert saying_yes(yes=replace(YES, window=INNER)) == reading(reading=replace(READING, window=INNER)) == ()


CONFLICTED = {name: replace(GROUND, conflicted=frozenset({name})) for name in ("ai", "tor")}
ANNULLED = replace(GROUND, under=(Under(replace(DECISION, state=State.ANNULLED, ended_at=NOW)),))
AGAINST = {
    "asked without a reason": (lambda: asking(words=" "), {"no_reason"}),
    "asked by another": (lambda: asking(unmask=replace(UNMASK, asked_by="em")), {"not_yours"}),
    "asked by a process": (lambda: asking(unmask=replace(UNMASK, asked_by="clock")), {"not_yours", "by_a_process"}),
    "asked before the grant": (lambda: asking(look_up=Standing(LOOK_UP)), {"not_granted"}),
    "asked after it": (lambda: asking(now=NOW + HOUR), {"grant_expired"}),
    "asked when it was ended": (lambda: asking(look_up=OVER), {"grant_ended"}),
    "asked of what was not read": (lambda: asking(read=()), {"not_read"}),
    "asked of more than was read": (lambda: asking(read=(INNER,)), {"not_read"}),
    "asked of more than was granted": (lambda: asking(unmask=replace(UNMASK, window=WIDER)), {"not_read", "wider"}),
    "asked under a register without a condition": (lambda: asking(ground=NAMELESS), {"no_special_condition"}),
    "asked with a conflict": (lambda: asking(ground=CONFLICTED["ai"]), {"conflict"}),
    "approved by the asker": (lambda: saying_yes(yes=replace(YES, approved_by="ai")), {"own_request"}),
    "approved by who gave the grant": (lambda: saying_yes(yes=replace(YES, approved_by="os")), {"own_grant"}),
    "approved with a conflict": (lambda: saying_yes(ground=CONFLICTED["tor"]), {"conflict"}),
    "approved for more": (
        lambda: saying_yes(unmasking=Unmasking(replace(UNMASK, window=INNER))),
        {"wider"},
    ),
    "approved without words": (lambda: saying_yes(words=""), {"unassessed"}),
    "approved twice": (lambda: saying_yes(unmasking=ANSWERED), {"not_waiting"}),
    "approved after a no": (lambda: saying_yes(unmasking=REFUSED), {"not_waiting"}),
    "approved after the grant": (lambda: saying_yes(look_up=OVER), {"not_waiting", "grant_ended"}),
    "refused by the asker": (lambda: saying_no("ai"), {"own_request"}),
    "refused by who gave the grant": (lambda: saying_no("os"), {"own_grant"}),
    "refused after a yes": (lambda: saying_no(unmasking=ANSWERED), {"not_waiting"}),
    "opened without a yes": (lambda: reading(unmasking=WAITS), {"not_granted"}),
    "opened after a no": (lambda: reading(unmasking=REFUSED), {"not_granted"}),
    "opened without a request": (lambda: reading(unmasking=None), {"not_granted"}),
    "opened by the yes of who gave the grant": (
        lambda: reading(unmasking=Unmasking(UNMASK, replace(YES, approved_by="os"))),
        {"own_grant"},
    ),
    "opened by the asker's own yes": (
        lambda: reading(unmasking=Unmasking(UNMASK, replace(YES, approved_by="ai"))),
        {"own_grant"},
    ),
    "opened by another": (lambda: reading(reading=replace(READING, by="em")), {"not_yours"}),
    "opened about another": (lambda: reading(reading=replace(READING, case_id="other")), {"another_case"}),
    "opened wider": (lambda: reading(unmasking=Unmasking(UNMASK, replace(YES, window=INNER))), {"wider"}),
    "opened finer": (lambda: reading(reading=replace(READING, precision=Precision.FULL)), {"wider"}),
    "opened after the grant": (lambda: reading(now=NOW + HOUR), {"grant_expired"}),
    "opened when it was ended": (lambda: reading(look_up=OVER), {"grant_ended"}),
    "opened of what was annulled": (lambda: reading(ground=ANNULLED), {"quarantined"}),
    "opened under a register without a condition": (lambda: reading(ground=NAMELESS), {"no_special_condition"}),
}


@pytest.mark.parametrize(("how", "wanted"), AGAINST.values(), ids=AGAINST.keys())
def test_what_stands_against_it_is_said_by_its_code(how, wanted):
    assert set(how()) == wanted


# --- a court's whole copy ---------------------------------------------------------------------------------------

COURT = Recipient("court", "Court", "to decide", "an Act", ("contact",), ("trail",), "here", court=True)
ORDERED = AgencyRequest(
    *("r", "c", "court", "contact", Verified.SEALED_ORDER, NOW - HOUR, False, WINDOW, Precision.FULL, Cut.PLACES, KEY),
    *(b"s", "ai", NOW),
    basis=Basis.COURT_ORDER,
    order_sealed=b"s",
)
PLAIN = replace(ORDERED, basis=Basis.REQUEST, order_sealed=b"")
RELEASE = Release("r", WINDOW, Precision.FULL, Cut.PLACES, "os", NOW, NOW + HOUR)


def taking(asked=ORDERED, order="High Court, 4711", recipient=COURT):
    return codes_of(objections_to_request(asked, "said", GROUND, (recipient,), NOW, order))


def test_a_court_that_the_register_names_is_given_the_whole_under_an_order_that_was_checked():
    assert taking() == taking(PLAIN, "") == ()
    assert taking(recipient=replace(COURT, court=False)) == ("not_a_court",)
    assert taking(replace(ORDERED, verified=Verified.CALLED_BACK)) == ("order_not_checked",)
    assert taking(replace(ORDERED, signed_at=None, urgent=True)) == ("order_not_dated",)
    assert taking(order=" ") == ("no_order",)


def test_who_asks_without_an_order_need_be_no_court():
    assert taking(PLAIN, "", replace(COURT, court=False)) == ()


def test_an_urgent_order_is_said_yes_to_in_words_too():
    for asked, wanted in ((replace(ORDERED, urgent=True), ("unassessed",)), (replace(PLAIN, urgent=True), ())):
        against = objections_to_release(Requested(asked), RELEASE, " ", GROUND, (COURT,), NOW)
        assert codes_of(against) == wanted


def test_of_a_whole_pack_nothing_besides_its_window_is_looked_at():
    assert looked_at(ORDERED, RELEASE) == WINDOW
    assert looked_at(PLAIN, RELEASE) == Interval(WINDOW.from_at - JUDGED, WINDOW.to_at + JUDGED)


@pytest.mark.parametrize("changed", [{"order_sealed": b""}, {"basis": Basis.REQUEST}], ids=["no order", "no basis"])
def test_an_order_is_named_where_a_request_rests_on_one_and_only_there(changed):
    with pytest.raises(IllegalValue, match="order"):
        replace(ORDERED, **changed)

"""The queue of alerts as it changes: whoever could claim an alert is told of it, by kind, identity and state alone."""

from dataclasses import fields

import pytest
from support.house import ANA
from support.in_process import client_of, place_of
from support.staff import CAI, DPO, OPE, TRA, staffed
from support.watched import HOUR, bring, desk, watch

from custodiet.flows.keep_caseload import declare_conflict
from custodiet.flows.show_changes import Change, Watching
from custodiet.main.pages import read_policy
from custodiet.model.alert import AlertMove, AlertState
from custodiet.model.errors import NotPermitted


@pytest.fixture
def told(house, tmp_path):
    """Which of some changes an account is told of."""
    staffed(house)
    place_of(house, tmp_path, read_policy(), (CAI, DPO, OPE, TRA))

    def told(actor, changes):
        from django.test import RequestFactory

        from custodiet.entrypoints.web.accounts.models import Account
        from custodiet.entrypoints.web.sight import told_of

        request = RequestFactory().get("/live")
        request.user, request.session = Account.objects.get(actor=actor), client_of(actor).session
        with house.store.reading() as view:
            return told_of(request, view, changes)

    yield told
    from django.db import connection

    connection.close()


def test_an_operator_is_told_of_alerts_and_of_nothing_else(house, told):
    one = watch(house)
    alert = one.accused()
    changes = [Change("alert", alert.id, "raised", alert.case_id), Change("task", "task_1", "open", alert.case_id)]
    assert told(OPE, changes) == changes[:1]
    assert told(DPO, changes) == changes
    assert told(CAI, changes) == []
    with pytest.raises(NotPermitted):
        told(TRA, ())
    declare_conflict(house.store, alert.case_id, OPE, OPE)
    assert told(OPE, changes) == []


def test_what_is_set_aside_changes_and_changes_back_when_its_time_is_up(house):
    alert, watching = watch(house).accused(), Watching()

    def looks():
        with house.store.reading() as view:
            return [one for one in watching.look(view, house.clock.now()) if one.kind == "alert"]

    assert looks() == []
    bring(house, alert.id, AlertState.CLAIMED)
    assert [one.state for one in looks()] == ["claimed"]
    desk(house).move(alert.id, AlertMove.SUSPEND, ANA, "made-up reasons", house.clock.now() + HOUR)
    assert looks() == [Change("alert", alert.id, "suspended", alert.case_id)]
    house.clock.pass_(HOUR)
    assert looks() == [Change("alert", alert.id, "raised", alert.case_id)]


def test_a_change_has_no_room_for_a_place_or_a_name():
    assert [one.name for one in fields(Change)] == ["kind", "id", "state", "case_id"]

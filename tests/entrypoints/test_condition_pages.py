"""What a proposal asks, by forms: stated before it is sent, approved with it, shown with it; and nothing unseen."""

import ast
import html
import re
from pathlib import Path

import pytest
from support.assessing import kinds_written
from support.deciding import assessed
from support.in_process import client_of, place_of
from support.staff import AOS, CAI, CEM, OPE, staffed

from custodiet.adapters import sealing
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.open_case import set_condition
from custodiet.main.pages import read_policy
from custodiet.model.condition import ConditionKind
from custodiet.model.decision import State
from custodiet.model.entry import EntryKind
from custodiet.model.mode import ModeCode
from custodiet.simulation.made_up_assessment import lay_table

ENTRYPOINTS = Path(__file__).parents[2] / "src" / "custodiet" / "entrypoints"
NIGHTS = {"days": ["0", "4"], "opens": "21:00", "closes": "07:00", "zone": "Europe/London"}
HERE = {"latitude": "46.5", "longitude": "-28.0", "radius_m": "150"}
ONCE = {"day_0": "20", "day_1": "4", "day_2": "2031", "opens": "10:00", "closes": "10:30", "zone": "Europe/London"}
FORMS = {
    ConditionKind.APPOINTMENT: ONCE,
    ConditionKind.CHECK_IN: {**NIGHTS, "closes": "22:30"},
    ConditionKind.HOME_PRESENCE: NIGHTS,
    ConditionKind.CURFEW: HERE | NIGHTS,
    ConditionKind.INCLUSION: HERE,
    ConditionKind.EXCLUSION: {
        "polygon": '{"type":"Polygon","coordinates":[[[-28,46],[-28,46.01],[-28.01,46],[-28,46]]]}'
    },
    ConditionKind.PROTECTIVE: HERE,
}
GIVEN = {
    ModeCode.REMINDERS: {ConditionKind.APPOINTMENT},
    ModeCode.TELEPHONE: {ConditionKind.APPOINTMENT},
    ModeCode.CHECK_IN: {ConditionKind.APPOINTMENT, ConditionKind.CHECK_IN},
    ModeCode.CHECK_IN_AREA: {ConditionKind.APPOINTMENT, ConditionKind.CHECK_IN, ConditionKind.INCLUSION},
    ModeCode.HOME_PRESENCE: {ConditionKind.APPOINTMENT, ConditionKind.HOME_PRESENCE},
    ModeCode.FITTED_TRAIL: set(ConditionKind) - {ConditionKind.CHECK_IN, ConditionKind.HOME_PRESENCE},
}


NOT_WHOLE = [
    (ConditionKind.CURFEW, HERE, "Mark the days of the week, or enter one day"),
    (ConditionKind.CURFEW, NIGHTS, "Enter a circle, whole, or a polygon"),
    (ConditionKind.INCLUSION, HERE | {"polygon": "{}"}, "Enter a circle, whole, or a polygon"),
    (ConditionKind.INCLUSION, {"polygon": "{}"}, "zone geometry is a GeoJSON Polygon"),
    (ConditionKind.INCLUSION, HERE | {"radius_m": "900000"}, "at most 25 km"),
    (ConditionKind.INCLUSION, HERE | {"latitude": "95"}, "outside the globe"),
    (ConditionKind.APPOINTMENT, ONCE | {"day_2": "2030"}, "It lies behind"),
    (ConditionKind.APPOINTMENT, ONCE | {"day_0": "31", "day_1": "12", "day_2": "9999"}, "Enter a real date"),
    (ConditionKind.APPOINTMENT, ONCE | NIGHTS, "and not both"),
    (ConditionKind.APPOINTMENT, ONCE | {"zone": "Nowhere/Here"}, "Enter a time zone"),
    (ConditionKind.APPOINTMENT, ONCE | {"opens": "ten"}, "Enter an hour, such as 21:00"),
]
"""What is typed of a condition, and what is said to be missing."""


class Desk:
    """A case ready for any rung, a caseworker at it and a second person."""

    def __init__(self, house) -> None:
        self.house, person = house, house.person()
        self.case = person.case
        for actor in (CAI, CEM):
            assign_case(house.store, self.case.id, actor, AOS)
        fact = lay_table(house.store, house.chance, house.proposal(person, proposed_by=CAI)).contact
        house.issue_keys()
        self.fact = fact
        self.ana, self.bo = client_of(CAI), client_of(AOS)

    def on(self, code: ModeCode) -> str:
        return f"/cases/{self.case.reference}/decide/{code}"

    def step(self, code: ModeCode, step: str, **more):
        return self.ana.post(self.on(code), assessed(code, self.fact, step=step, **more))

    def stated(self, code: ModeCode, *kinds: ConditionKind) -> list[str]:
        """What the check page carries on once each was added."""
        told: list[str] = []
        for kind in kinds:
            shown = self.step(code, f"add:{kind}", conditions=told, **FORMS[kind])
            told = carried(shown)
        return told

    def waiting(self):
        with self.house.store.reading() as view:
            return [one for one in view.decisions_of(self.case.id) if one.state is State.PROPOSED]

    def carries(self, decision) -> tuple:
        with self.house.store.reading() as view:
            return view.conditions_of(decision.id)

    def seen(self, decision) -> list[str]:
        """What the second person's page sends back with a yes."""
        shown = self.bo.get(f"/authorise/{decision.id}").content.decode()
        form = shown[shown.index('value="approve"') :]
        return re.findall(r'name="condition" value="([^"]+)"', form[: form.index("</form>")])

    def approve(self, decision, seen):
        return self.bo.post(f"/authorise/{decision.id}", {"what": "approve", "condition": seen})


def carried(shown) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'name="conditions" value="([^"]*)"', shown.content.decode())]


@pytest.fixture
def desk(house, tmp_path):
    staffed(house)
    place_of(house, tmp_path, read_policy(), (AOS, CAI, CEM, OPE))
    yield Desk(house)
    from django.db import connection

    connection.close()


def test_every_kind_that_a_rung_can_ask_has_a_form_and_no_other_has_one(desk):
    met = set()
    for code, kinds in GIVEN.items():
        check = desk.step(code, "check").content.decode()
        assert set(re.findall(r'value="ask:(\w+)"', check)) == kinds, code
        for kind in ConditionKind:
            shown = desk.step(code, f"ask:{kind}")
            assert shown.status_code == (200 if kind in kinds else 404), (code, kind)
            if kind in kinds:
                read = carried(desk.step(code, f"add:{kind}", **FORMS[kind]))
                assert len(read) == 1, (code, kind)
                met.add(kind)
    assert met == set(ConditionKind)


def test_what_is_stated_before_it_is_sent_is_recorded_with_the_proposal_sealed_and_approved_with_it(house, desk):
    code = ModeCode.FITTED_TRAIL
    stated = desk.stated(code, ConditionKind.CURFEW, ConditionKind.APPOINTMENT, ConditionKind.EXCLUSION)
    check = desk.step(code, "check", conditions=stated).content.decode()
    assert "Curfew. A circle of 150 m about latitude 46.5000, longitude -28.0000." in check
    assert "Monday, Friday, 21:00 to 07:00 the next day, by the clock of Europe/London." in check
    assert "A polygon of 3 corners, 775 m from west to east and 1.11 km from south to north." in check
    assert check.count('class="app-zone" role="img"') == 2  # of the curfew and of the exclusion zone
    assert "Made-up power: Keeping in contact" in check
    assert "It was not shown that tagging reduces absconding." in check
    assert carried(desk.step(code, "drop:2", conditions=stated)) == stated[:2]
    assert carried(desk.step(code, "change", conditions=stated[:2])) == stated[:2]
    assert desk.step(code, "send", conditions=stated[:2]).status_code == 302
    [proposal] = desk.waiting()
    kinds = {one.kind: one for one in desk.carries(proposal)}
    assert set(kinds) == {ConditionKind.CURFEW, ConditionKind.APPOINTMENT}
    assert b"46.5" not in kinds[ConditionKind.CURFEW].geometry_sealed
    [once] = kinds[ConditionKind.APPOINTMENT].schedule.once
    assert (once.from_at.hour, once.to_at.minute) == (9, 30)
    wrote = kinds_written(house)
    assert wrote.index(EntryKind.DECISION_PROPOSED) < wrote.index(EntryKind.CONDITION_SET)

    page = desk.bo.get(f"/authorise/{proposal.id}").content.decode()
    assert "Curfew. A circle of 150 m" in page
    assert 'aria-label="a circle of 150 m about latitude 46.5000, longitude -28.0000"' in page
    assert "Made-up power: Keeping in contact" in page
    assert "It was not shown that tagging reduces absconding." in page
    assert "Appointment. From 20 April 2031, 09:00 UTC to 20 April 2031, 09:30 UTC." in page
    assert sorted(desk.seen(proposal)) == sorted(one.id for one in kinds.values())
    assert desk.approve(proposal, desk.seen(proposal)).status_code == 302
    assert house.decision(proposal.id).state is State.MADE
    shown = desk.ana.get(f"/cases/{desk.case.reference}").content.decode()
    assert "Curfew. A circle of 150 m" in shown


def test_nothing_that_the_second_person_did_not_see_is_approved_and_they_may_leave_one_out(house, desk):
    code = ModeCode.FITTED_TRAIL
    desk.step(code, "send", conditions=desk.stated(code, ConditionKind.INCLUSION))
    [proposal] = desk.waiting()
    seen = desk.seen(proposal)
    path = f"/cases/{desk.case.reference}/proposals/{proposal.id}/conditions"
    assert "Inclusion zone" in desk.ana.get(path).content.decode()
    assert desk.ana.post(f"{path}/{ConditionKind.CURFEW}", FORMS[ConditionKind.CURFEW]).status_code == 302
    refused = desk.approve(proposal, seen)
    assert refused.status_code == 403
    assert "carries other conditions than the page" in refused.content.decode()
    assert house.decision(proposal.id).state is State.PROPOSED
    assert desk.approve(proposal, ()).status_code == 403
    # A colleague's proposal is nobody else's to add to.
    assert client_of(CEM).get(path).status_code == 403
    assert client_of(CEM).post(f"{path}/{ConditionKind.CURFEW}", FORMS[ConditionKind.CURFEW]).status_code == 403
    curfew = next(one.id for one in desk.carries(proposal) if one.kind is ConditionKind.CURFEW)
    now = desk.seen(proposal)
    less = {"what": "narrow", "condition": now, "without": [curfew], "mode": "", "review_0": ""}
    assert desk.bo.post(f"/authorise/{proposal.id}", less).status_code == 302
    with house.store.reading() as view:
        [made] = [one for one in view.decisions_of(desk.case.id) if one.state is State.MADE]
    assert [one.kind for one in desk.carries(made)] == [ConditionKind.INCLUSION]


def test_whoever_proposed_it_takes_a_condition_out_by_proposing_it_anew_and_nobody_else_does(house, desk):
    code = ModeCode.FITTED_TRAIL
    desk.step(code, "send", conditions=desk.stated(code, ConditionKind.INCLUSION, ConditionKind.CURFEW))
    [before] = desk.waiting()
    inclusion = next(one.id for one in desk.carries(before) if one.kind is ConditionKind.INCLUSION)
    path = f"/cases/{desk.case.reference}/proposals/{before.id}/conditions"
    assert client_of(CEM).post(path, {"without": inclusion}).status_code == 403
    refused = desk.ana.post(path, {"without": "condition_other"})
    assert (refused.status_code, b"not_its_condition" in refused.content) == (403, True)
    assert desk.waiting() == [before]
    shown = desk.ana.get(path).content.decode()
    assert re.search(rf'value="{inclusion}"[^>]* name="without"|name="without"[^>]* value="{inclusion}"', shown)
    to = desk.ana.post(path, {"without": inclusion})
    [anew] = desk.waiting()
    assert to["Location"] == f"/cases/{desk.case.reference}/proposals/{anew.id}/conditions"
    assert house.decision(before.id).state is State.REFUSED
    assert [one.kind for one in desk.carries(anew)] == [ConditionKind.CURFEW]
    assert "Curfew. A circle of 150 m" in desk.ana.get(to["Location"]).content.decode()
    assert desk.approve(anew, desk.seen(anew)).status_code == 302


def test_a_condition_that_is_not_whole_says_what_is_missing_and_keeps_what_was_typed(desk):
    for kind, typed, says in NOT_WHOLE:
        shown = desk.step(ModeCode.FITTED_TRAIL, f"add:{kind}", **typed)
        text = html.unescape(shown.content.decode())
        assert says in text, typed
        assert text.count("<title>Error: ") == 1
        assert 'name="support_reason" value="tried"' in text
        assert all(one in text for one in typed.values() if isinstance(one, str)), typed


def test_what_comes_back_from_a_page_is_read_again_as_anything_typed(house, desk):
    good = desk.stated(ModeCode.HOME_PRESENCE, ConditionKind.HOME_PRESENCE)
    for wrong in (["kind=curfew"], ["nonsense"], [good[0].replace("21%3A00", "")], good * 21):
        shown = desk.step(ModeCode.HOME_PRESENCE, "send", conditions=wrong)
        assert shown.status_code == 200
        assert "<title>Error: " in shown.content.decode()
    assert desk.waiting() == []


def test_a_condition_that_a_rung_cannot_tell_is_refused_below_the_pages_too(house, desk):
    desk.step(ModeCode.TELEPHONE, "send")
    [proposal] = desk.waiting()
    path = f"/cases/{desk.case.reference}/proposals/{proposal.id}/conditions/{ConditionKind.CURFEW}"
    assert desk.ana.post(path, FORMS[ConditionKind.CURFEW]).status_code == 404
    from custodiet.model.errors import NotPermitted

    given = (house.store, sealing, house.chance, house.pinned, proposal.id, ConditionKind.PROTECTIVE, CAI)
    with pytest.raises(NotPermitted, match="not_on_this_rung"):
        set_condition(*given, geometry=b'{"type":"Point","coordinates":[-28,46],"radius_m":99}')


def test_what_is_put_by_unfinished_has_its_conditions_when_it_is_gone_on_with(desk):
    code = ModeCode.HOME_PRESENCE
    stated = desk.stated(code, ConditionKind.HOME_PRESENCE, ConditionKind.APPOINTMENT)
    assert desk.step(code, "save", conditions=stated).status_code == 302
    assert carried(desk.ana.get(desk.on(code))) == stated


def test_where_a_condition_lies_is_said_to_those_in_sight_and_to_nobody_else(desk):
    code = ModeCode.FITTED_TRAIL
    desk.step(code, "send", conditions=desk.stated(code, ConditionKind.INCLUSION))
    shown = client_of(OPE).get(f"/cases/{desk.case.reference}")
    assert "46.5000" not in shown.content.decode()


def test_no_entry_point_says_yes_without_naming_what_was_seen():
    """A flow takes a yes that names nothing, for lives that are simulated; whatever people say yes with names it."""
    calls = [
        (file.name, {one.arg: ast.unparse(one.value) for one in call.keywords})
        for file in sorted(ENTRYPOINTS.rglob("*.py"))
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(("make_decision", "narrow_decision"))
    ]
    assert sorted(file for file, _ in calls) == ["authorising.py", "authorising.py", "proposing.py", "proposing.py"]
    assert all(named.get("seen", "None") != "None" for _, named in calls), calls

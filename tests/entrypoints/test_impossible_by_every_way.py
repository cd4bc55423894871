"""What nobody may do, each tried on its page, by form post past the page, and by SQL past all our code.

The page does not offer it; the post is refused, says what is missing and what narrower thing would pass, and changes
nothing but the record of a refusal; the store refuses the statement in the words of its own rule.
"""

import html
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from support.assessing import assessor
from support.by_hand import REFUSED, words_of
from support.deciding import assessed
from support.house import COURT, SCHEME, START, House, scheme_at
from support.in_process import client_of, place_of
from support.proposing import propose
from support.raw_law import again, raw, written
from support.staff import ADA, AOS, CAI, staffed

from custodiet.flows.end_decision import end_what_ran_out
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.keep_register import keep_register
from custodiet.flows.record_fact import record_fact
from custodiet.flows.staff_joins import propose_joiner
from custodiet.main.pages import read_policy
from custodiet.model.decision import Authority, State
from custodiet.model.entry import EntryKind
from custodiet.model.fact import Age, FactKind
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.mode import LADDER, ModeCode
from custodiet.model.staff import Function
from custodiet.model.times import to_ms
from custodiet.simulation.made_up_assessment import lay_table
from custodiet.simulation.made_up_register import made_up_register
from custodiet.wire.records import read_entry

NEW, MANY = SchemeId("scheme_new"), f"/schemes/{SCHEME}/many"
TRAIL, CALLS = ModeCode.FITTED_TRAIL, ModeCode.TELEPHONE
LOCATING = [mode.code for mode in LADDER if mode.locates]
NOTED = {EntryKind.RUNG_REFUSED, EntryKind.CASE_RECORD_GIVEN}
"""That something was refused, or a record opened to who has it in sight, is written down; it changes nothing."""


class Everyone:
    """A house with what the attempts are about, and whoever tries them at a browser."""

    def __init__(self, folder) -> None:
        self.house = house = House(folder)
        staffed(house)
        place_of(house, folder, read_policy(), (ADA, AOS, CAI))
        other = replace(scheme_at(START), id=NEW, name="Made-up new scheme")
        keep_register(house.store, replace(made_up_register(other, START), made_up=False), ADA)
        self.names: dict[str, str] = {}
        self.lapsed = self.decided("lapsed", mode=TRAIL, review_due_at=START + timedelta(hours=1))
        house.clock.pass_(timedelta(hours=2))
        end_what_ran_out(house.store, house.chance, house.clock, house.fence)
        self.calls = self.decided("calls", mode=CALLS)
        self.order = self.decided("order", mode=TRAIL, authority=Authority.ORDER, maker=COURT)
        self.answered, self.fact = self.on_the_table()
        self.minor, self.of_minor = self.on_the_table()
        self.young = self.proposed("young", self.minor)
        age = (self.minor.case.id, FactKind.AGE, START.date(), CAI)
        record_fact(house.store, assessor(house), house.chance, *age, age=Age.DISPUTED)
        self.own = self.proposed("own", proposed_by=AOS)
        self.waiting = self.proposed("waiting")
        house.issue_keys()
        self.role = propose_joiner(house.store, house.chance, ActorId("newcomer"), Function.OPERATOR, SCHEME, ADA)
        self.at = {actor: client_of(actor) for actor in (ADA, AOS, CAI)}

    def _person(self):
        person = self.house.person()
        assign_case(self.house.store, person.case.id, CAI, AOS)
        return person

    def decided(self, name, **given):
        person = self._person()
        self.names[name] = self.house.decide(person, **given).id
        return person

    def proposed(self, name, person=None, **given):
        house = self.house
        decision = house.proposal(person or self._person(), **{"proposed_by": CAI} | given)
        propose(house.store, house.chance, decision)
        self.names[name] = decision.id
        with house.store.reading() as view:
            self.names[f"sheet_of_{name}"] = view.assessment_of(decision.id).id
        return decision

    def on_the_table(self):
        """Someone of whom everything is known that a decision rests on, and one of the facts."""
        person = self._person()
        decision = self.house.proposal(person, proposed_by=CAI)
        return person, lay_table(self.house.store, self.house.chance, decision).contact

    def shown(self, actor, path, status=200):
        """What a page says, without its tags; and whole."""
        return self._read(self.at[actor].get(path), status)

    def sent(self, actor, path, told, status=403):
        """What comes back of a form. Nothing was written but that it was refused."""
        before = self.kinds()
        read = self._read(self.at[actor].post(path, told), status)
        assert set(self.kinds()[len(before) :]) <= NOTED
        return read

    def _read(self, answer, status):
        whole = html.unescape(answer.content.decode())
        assert answer.status_code == status, (answer.status_code, whole[whole.index("<h1") :][:400])
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", whole)), whole

    def kinds(self):
        with self.house.store.reading() as view:
            return [read_entry(row.body).kind for row in view.entries(0, 10_000)]

    def refused(self, words, *statements):
        """Raw SQL with every rule in place: the last of the statements is refused in these words."""
        with raw(self.house, self.names) as sql:
            *before, last = statements
            for statement in before:
                sql(written(sql, statement))
            with pytest.raises(REFUSED) as caught:
                sql(written(sql, last))
            assert re.fullmatch(words, words_of(caught.value)), words_of(caught.value)


@pytest.fixture(scope="module")
def every(tmp_path_factory):
    every = Everyone(tmp_path_factory.mktemp("impossible"))
    yield every
    from django.db import connection

    connection.close()
    every.house.close()


def reference(person):
    return person.case.reference


def make(which, by="'officer-bo'"):
    return (
        f"UPDATE decision SET state = 'made', approved_by = {by}, made_at = starts_at, made_entry = 1 "
        f"WHERE id = :{which}"
    )


def approve(which):
    return f"UPDATE assessment SET approved_by = 'officer-bo', approved_at = 1 WHERE id = :{which}"


# --- each, by page, by post, by SQL --------------------------------------------------------------------------


class Activate:
    """An operation of a scheme whose assessment is not complete."""

    def page(self, every):
        words, whole = every.shown(ADA, f"/schemes/{NEW}/operations")
        assert "None can be proposed now" in words
        assert "An assessment written for this scheme" in words
        assert 'name="mode"' not in whole

    def post(self, every):
        for do in ("propose", "approve"):
            words, _ = every.sent(
                ADA if do == "propose" else AOS, f"/schemes/{NEW}/operations", {"do": do, "mode": TRAIL}
            )
            assert "What is missing" in words
        words, _ = every.sent(ADA, f"/schemes/{NEW}/operations", {"do": "propose", "mode": TRAIL})
        assert "an assessment written for this scheme" in words.lower()
        assert "What would pass" in words
        assert "address and support" in words

    def sql(self, every):
        now = to_ms(every.house.clock.now())
        row = {"act": "(SELECT max(idx) + 1 FROM entry)", "scheme_id": f"'{NEW}'", "dpia_version": "0"}
        row |= dict.fromkeys(("approved_by", "from_at", "until_at", "closed_at"), "NULL") | {"proposed_at": f"{now}"}
        asked = again("activation", f"mode = '{TRAIL}'", proposed_by=f"'{ADA}'", **row)
        yes = (
            f"UPDATE activation SET approved_by = 'officer-bo', from_at = {now}, until_at = {now + 1000} "
            f"WHERE scheme_id = '{NEW}'"
        )
        every.refused("activation: .*(assessment|advised on it).*", asked, yes)


class LowerFamilyUnanswered:
    """A rung that is saved while the reasons against a lower family are missing."""

    def page(self, every):
        path = f"/cases/{reference(every.answered)}/decide/{TRAIL}"
        _, whole = every.shown(CAI, path)
        assert re.findall(r'<option value="(\w+)"[^>]*\bselected', whole) == ["day"]  # when it would start
        told = assessed(TRAIL, every.fact, step="check", on_arrival_reason="")
        words, whole = every.sent(CAI, path, told, 200)
        assert "why these rungs will not do for this person" in words
        assert "Send for approval" not in words

    def post(self, every):
        path = f"/cases/{reference(every.answered)}/decide/{TRAIL}"
        for family in ("support", "reporting", "coarse_area", "home", "on_device", "on_arrival"):
            for part in ("reason", "facts"):
                words, _ = every.sent(CAI, path, assessed(TRAIL, every.fact, **{f"{family}_{part}": None}))
                assert re.search("why these rungs will not do|at least one fact of this case that says so", words)
                assert "Propose rung" in words or "Rung 0, address and support" in words
                assert "no ground for detaining anyone" in words

    def sql(self, every):
        every.refused(
            "decision: every lower family is answered with a fact",
            again("decision", "id = :waiting", id="'forged'", strand="'forged'", version="90000"),
            again("assessment", "id = :sheet_of_waiting", id="'sheet'", decision_id="'forged'"),
            "INSERT INTO assessed VALUES ('forged', 'sheet')",
            "UPDATE assessment SET approved_by = 'officer-bo', approved_at = 1 WHERE id = 'sheet'",
            "INSERT INTO decision_purpose SELECT 'forged', purpose FROM decision_purpose WHERE decision_id = :waiting",
            make("waiting").replace(":waiting", "'forged'"),
        )


class OwnProposal:
    """One's own proposal, approved."""

    def page(self, every):
        words, _ = every.shown(AOS, "/authorise")
        assert every.own.id not in words
        words, whole = every.shown(AOS, f"/authorise/{every.own.id}", 403)
        assert "Nobody approves their own proposal" in words
        assert "Approve rung" not in whole

    def post(self, every):
        for what in ("approve", "narrow", "refuse"):
            words, _ = every.sent(AOS, f"/authorise/{every.own.id}", {"what": what, "mode": "reminders"})
            assert "Nobody approves their own proposal" in words
            assert "What would pass Another authorising officer can" in words

    def sql(self, every):
        every.refused(
            "decision: .* that its second person approved", approve("sheet_of_own"), make("own", by="proposed_by")
        )
        every.refused(
            "assessment: approved by a second person",
            approve("sheet_of_own").replace("'officer-bo'", "author"),
        )


class TwoRoles:
    """Two functions on one account."""

    def page(self, every):
        _, whole = every.shown(ADA, f"/staff/{CAI}")
        assert "/staff/join" not in whole[whole.index("<main") :]
        assert "An account never holds two functions" in every.shown(ADA, "/staff/join")[0]

    def post(self, every):
        for function in (Function.OPERATOR, Function.AUTHORISING_OFFICER):
            told = {"actor": CAI, "function": function, "scheme": SCHEME}
            words, _ = every.sent(ADA, "/staff/join", told)
            assert "two functions" in words
            assert "What would pass" in words

    def sql(self, every):
        new = again("role", f"actor = '{CAI}'", id="'second'", function="'operator'", state="'proposed'")
        table, where, changed = new
        nobody = dict.fromkeys(("approved_by", "joined_at", "ended_at"), "NULL")
        now = to_ms(every.house.clock.now())
        every.refused(
            "role: an account never holds two functions",
            (table, where, changed | nobody | {"proposed_at": f"{now}"}),
            f"UPDATE role SET state = 'joined', approved_by = '{AOS}', joined_at = {now} WHERE id = 'second'",
        )


class UnderAge:
    """Any rung that says where someone is, of someone under 18 or of disputed age."""

    def page(self, every):
        words, whole = every.shown(CAI, f"/cases/{reference(every.minor)}/decide")
        for code in LOCATING:
            assert f"/decide/{code}" not in whole
        assert words.count("Open now: rung 4, check-in by phone or web") == len(LOCATING)

    def post(self, every):
        for code in LOCATING:
            words, _ = every.sent(CAI, f"/cases/{reference(every.minor)}/decide/{code}", assessed(code, every.of_minor))
            assert "Nobody under 18, or whose age is disputed" in words
            assert "Propose rung 4 instead" in words
        words, _ = every.sent(AOS, f"/authorise/{every.young.id}", {"what": "approve"})
        assert "under 18, or whose age is disputed" in words

    def sql(self, every):
        every.refused(
            "decision: only an adult is on a rung that says where they are",
            approve("sheet_of_young"),
            make("young"),
        )


class Lapsed:
    """What lapsed, extended."""

    def page(self, every):
        words, whole = every.shown(CAI, f"/cases/{reference(every.lapsed)}")
        assert "No decision stands" in words
        for way in ("review", "resume", "step-down", "end"):
            assert f'/{way}"' not in whole
            words, _ = every.shown(AOS if way == "resume" else CAI, f"/cases/{reference(every.lapsed)}/{way}", 403)
            assert "No decision of this case stands" in words

    def post(self, every):
        told = {"decision": every.names["lapsed"], "what": "decide", "outcome": "continue", "why": "contact_at_risk"}
        for actor, way in ((AOS, "resume"), (CAI, "review"), (CAI, "step-down"), (CAI, "pause")):
            words, _ = every.sent(actor, f"/cases/{reference(every.lapsed)}/{way}", told)
            assert "No decision of this case stands" in words
            assert "What would pass A new one, proposed from its facts up" in words

    def sql(self, every):
        for values, words in (
            ("state = 'made'", "decision: no such move"),
            ("review_due_at = review_due_at + 86400000", "decision: (its terms are fixed|until is not what.*)"),
            ("until_at = until_at + 86400000", "decision: (an end never moves later|until is not what.*)"),
            ("ended_at = NULL", "decision: (an end never moves later|until is not what.*)"),
        ):
            every.refused(words, f"UPDATE decision SET {values} WHERE id = :lapsed")


class UpInBulk:
    """A rung that is preset, or many that are raised by one act."""

    def page(self, every):
        _, whole = every.shown(AOS, MANY)
        offered = re.findall(r'name="to"[^>]*value="([\w.]+)"|value="([\w.]+)"[^>]*name="to"', whole)
        assert TRAIL not in {one or other for one, other in offered}
        _, whole = every.shown(CAI, f"/cases/{reference(every.answered)}/decide/{CALLS}")
        assert re.findall(r"<input[^>]*\bchecked", whole) == []

    def post(self, every):
        kept = every.names["calls"]
        for to in (TRAIL, "raise", "none"):
            words, _ = every.sent(AOS, MANY, {"do": "carry_out", "whole": "ticked", "to": to, "kept": kept}, 200)
            assert "Select a valid choice" in words
            assert "Step down to rung" in words
        # To a rung above where it stands is no lowering: it is left as it is.
        path = {"do": "carry_out", "whole": "ticked", "to": "carried_trail", "kept": kept}
        every.sent(AOS, MANY, path, 302)
        assert every.house.decision(kept).mode is CALLS
        # Nor has the document that a scheme comes in by a place for such a thing.
        register = json.loads(every.at[ADA].get(f"/schemes/{SCHEME}/register.json").content)
        register["register"]["preset_mode"] = TRAIL
        document = SimpleUploadedFile("scheme.json", json.dumps(register).encode())
        words, _ = every.sent(ADA, f"/schemes/{SCHEME}/amend", {"document": document}, 200)
        assert "register.preset_mode" in words
        assert "cannot be taken as it is" in words

    def sql(self, every):
        every.refused("decision: its terms are fixed", f"UPDATE decision SET mode = '{TRAIL}' WHERE state = 'made'")
        made = again("decision", "id = :calls", id="'forged'", strand="'forged'", mode=f"'{TRAIL}'")
        every.refused("decision: begins proposed", made)
        every.refused("decision: .*", "UPDATE decision SET state = 'made' WHERE state = 'proposed'")


class OrderOfAnother:
    """An order, ended by who did not make it."""

    def page(self, every):
        words, _ = every.shown(CAI, f"/cases/{reference(every.order)}")
        assert "Order of court-of-made-up-things" in words
        assert "when its maker ends it" in words

    def post(self, every):
        told = {"reason": "not_needed", "decision": every.names["order"]}
        for way in ("end", "pause"):
            words, _ = every.sent(CAI, f"/cases/{reference(every.order)}/{way}", told)
            assert "An order is ended, paused and resumed only by its maker" in words
            assert (
                "What would pass: a stop that its maker, a court or a regulator has ordered, entered as such" in words
            )

    def sql(self, every):
        for state in ("withdrawn", "annulled", "lapsed"):
            ends = f"state = '{state}', ended_at = starts_at, until_at = starts_at"
            every.refused(
                "decision: an order is ended by its maker, or by a stop that was ordered",
                f"UPDATE decision SET {ends} WHERE id = :order",
            )


IMPOSSIBLE = (Activate, LowerFamilyUnanswered, OwnProposal, TwoRoles, UnderAge, Lapsed, UpInBulk, OrderOfAnother)
WAYS = ("page", "post", "sql")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("one", IMPOSSIBLE, ids=lambda one: one.__name__)
def test_it_is_impossible(every, one, way):
    getattr(one(), way)(every)


def test_nothing_of_it_came_about(every):
    house = every.house
    for name, state in (("lapsed", State.LAPSED), ("order", State.MADE), ("calls", State.MADE)):
        assert house.decision(every.names[name]).state is state
    for name in ("own", "waiting", "young"):
        assert house.decision(every.names[name]).state is State.PROPOSED
    counts = house.verify()
    assert (counts["missing"], counts["differing"]) == (0, 0)

"""The tour: real requests against the running demo, each with what was sent, what came back, and what it means.

    1  one position posted with a decision, without one, and after one
    2  the data folder searched for it: nothing; and the person's own copy: there it is
    3  a review that nobody does: stopped by us, a task to take the tag off, and no finding about the person after it
    4  a trail proposed: stopped at the lower rungs, and then at whoever approves their own
    5  a device that cannot tell: someone is asked to ring, beside what a plain geofence would have raised
    6  "in the zone then?", asked of the vault: yes, and no map
    7  all of October, just in case: the form has no such window, the rules name the narrower one
    8  two hours, a reason, a colleague's yes: a table
    9  the person's phone: who asked, who said yes, who looked, by what they work as
    10 a proof that a copy was given, checked by code that is not ours; one byte changed: it does not match; put back
    11 the record made unwritable: what cannot be recorded is not kept and not shown; nothing acknowledged is lost
    12 the regulator's lines: asks, evidence now, missing; the review of step 3 turned one

--check runs unattended and fails at the first step whose answer differs. Positions are made up on the spot, so that
a search finds this one and no other.
"""

import base64
import http.client
import json
import os
import re
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory
from typing import Any

from custodiet.entrypoints.cli.outside import Auditor, missing
from custodiet.entrypoints.cli.tour_giving import Giving
from custodiet.entrypoints.cli.touring import PLACES, Differs, day_of, means
from custodiet.entrypoints.cli.visiting import Visitor
from custodiet.entrypoints.wording import said_alert, said_state, said_task, said_time
from custodiet.flows.open_sealed import give_own_copy
from custodiet.flows.ports import Store, Vault
from custodiet.flows.show_standing import Monitored, Standing, show_standing
from custodiet.model.alert import AlertMove, AlertState
from custodiet.model.condition import ConditionKind
from custodiet.model.decision import State
from custodiet.model.entry import EntryKind
from custodiet.model.errors import CannotRecord
from custodiet.model.finding import Weight
from custodiet.model.identity import ActorId, DecisionId
from custodiet.model.mode import ModeCode
from custodiet.model.record import LogOpened
from custodiet.model.times import to_ms
from custodiet.rules.alerts import objections_to_moving
from custodiet.rules.chain import Tree, leaf_hash
from custodiet.simulation.baseline import PlainGeofence
from custodiet.simulation.device import traccar_payload
from custodiet.simulation.life import LivedCondition
from custodiet.simulation.town import TOWN_LAT, TOWN_LON, offset, square_around
from custodiet.simulation.world import CASEWORKER, POWER, ZONE_HALF_M
from custodiet.wire.note import parse_checkpoint, unverified_body, vkey
from custodiet.wire.records import read_entry, read_record

_ANSWER_WAIT_S = 10.0
_SETTLE_S = 10.0
_LINE = re.compile(r">\s*([0-9]+)\. ([^<]+?)\s*</h2>.*?>Evidence (present|missing)<", re.DOTALL)
_ANSWER = re.compile(r">\s*(Yes|No|Cannot tell)\s*<")
_NARROWER = re.compile(r"What would pass: (it was from [^<]*?[0-9]{4}[^<]*?)\.? <code[^<]*>not_authorised<")
_A_PLACE = re.compile(r"46\.[0-9]{3}|28\.[0-9]{3}")
_TOLD = (
    *("Asked a question", "Was refused by rule", "Asked to look", "Said yes", "Looked"),
    *("Asked to look without masking", "Said yes to looking without masking", "Looked without masking"),
    *("An agency asked", "Said yes to the agency", "Made a pack for the agency", "The agency has it"),
    "Looked without a second person, for danger to life",
)
_PROOF = re.compile(r"/oversight/entry/[0-9]+/proof")


@dataclass(frozen=True, slots=True)
class _Place:
    """One made-up position with enough digits to be found again."""

    lat: float
    lon: float

    @classmethod
    def somewhere(cls) -> "_Place":
        """In the town, seven decimals, none of them 0."""
        chance = SystemRandom()
        digits = [int("".join(chance.choice("123456789") for _ in range(5))) for _ in range(2)]
        return cls(round(TOWN_LAT + digits[0] / 1e7, 7), round(TOWN_LON + digits[1] / 1e7, 7))

    def traces(self) -> Iterator[bytes]:
        """Every form in which software commonly writes it down."""
        for degrees in (self.lat, self.lon):
            yield f"{degrees:.6f}"[:-1].encode()
            yield str(abs(round(degrees * 1e7))).encode()
            yield struct.pack("<d", degrees)
            yield struct.pack(">d", degrees)
        whole = (round(self.lat * 1e7), round(self.lon * 1e7))
        for order in (whole, whole[::-1]):
            yield struct.pack("<ii", *order)
            yield struct.pack(">ii", *order)
            yield struct.pack("<ff", *(each / 1e7 for each in order))


class Tour:
    """One visitor's way through."""

    def __init__(self, ready: dict[str, Any], data: Path, store: Store, vault: Vault) -> None:
        self._ready = ready
        self._data = data
        self._store = store
        self._vault = vault
        self._place = _Place.somewhere()
        self._lapsed = ""
        """The reference of whoever's review nobody did in step 3."""

    def steps(self) -> tuple[tuple[int, str, Callable[[], None]], ...]:
        """Each with its number and title."""
        return (
            (1, "One position, posted three times", self.position_three_times),
            (2, "The data folder, searched for that position", self.search_the_folder),
            (3, "A review that nobody does", self.review_nobody_does),
            (4, "A trail, proposed", self.trail_proposed),
            (5, "A device that cannot tell", self.cannot_tell),
            (6, "A question, instead of a trail", self.question_asked),
            (7, "All of October, just in case", self.too_much_asked),
            (8, "Two hours, a reason, a colleague's yes", self.looked_with_two),
            (9, "The person's phone", self.person_sees),
            (10, "A proof, checked by a verifier that is not ours", self.proof_checked_outside),
            (11, "The record, made unwritable", self.record_unwritable),
            (12, "The regulator's lines", self.regulators_lines),
        )

    # --- 1 ---

    def position_three_times(self) -> None:
        """With a decision, without one, after one."""
        self._post("with_decision", {"outcome": "kept"})
        means("A decision about this person is in force: two people recorded why, for how long, and until when.")
        self._post("without", {"outcome": "refused", "reason": "none"})
        means("The same device, the same place, nobody's decision: the position is dropped and only counted.")
        self._post("lapsed", {"outcome": "refused", "reason": "ended"})
        means("There was a decision; its review date passed three hours ago, and collection stopped by itself.")

    # --- 2 ---

    def search_the_folder(self) -> None:
        """Every file, in every form; then the one way in."""
        files = [path for path in sorted(self._data.rglob("*")) if path.is_file()]
        traces = list(self._place.traces())
        print(
            f"  searched  {len(files)} files, {sum(path.stat().st_size for path in files)} bytes, {len(traces)} forms"
        )
        found = sorted({str(path.relative_to(self._data)) for path in files if _holds(path, traces)})
        print(f"  found     {', '.join(found) or 'nothing'}")
        if found:
            raise Differs("the position stands in clear in the data folder")
        means("Each position is sealed by itself; whoever takes the folder without the keys has none of them.")
        reference = self._ready["references"]["with_decision"]
        print(f"  asked     the vault, for {reference}'s own copy (custodiet copy {reference})")
        lines = [json.loads(line) for line in give_own_copy(self._store, self._vault, reference, ActorId("tour"))]
        mine = [
            one for one in lines if (one.get("latitude"), one.get("longitude")) == (self._place.lat, self._place.lon)
        ]
        print(f"  came back {len(lines) - 2} fixes, {len(mine)} of them the one just posted; not shown here")
        if len(mine) != 1:
            raise Differs("the person's own copy does not hold the position once")
        means("It is there, whole, for the person it is about; and the asking stands in the ledger.")

    # --- 3 ---

    def review_nobody_does(self) -> None:
        """Wait for one, and try to go on."""
        number, at = self._next_lapse()
        shows, reference = f"lapsing_{number}", self._ready["references"][f"lapsing_{number}"]
        self._lapsed = reference
        print(f"  {reference}  {said_state(self._monitored(reference), datetime.now(UTC))}")
        self._post(shows, {"outcome": "kept"})
        print(f"  waiting   until {said_time(at)}; nobody reviews it", flush=True)
        time.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()) + 0.05)
        self._post(shows, {"outcome": "refused", "reason": "ended"})
        means("Nothing had to happen for that: past its review date a decision authorises nothing.")
        until = time.monotonic() + _SETTLE_S
        standing = self._standing()
        while not self._entered(standing, reference) and time.monotonic() < until:
            time.sleep(0.1)
            standing = self._standing()
        one = self._monitored(reference, standing)
        tasks = [task for task in standing.tasks if task.reference == reference]
        print(f"  {reference}  {said_state(one, standing.at)}")
        print(*(f"  task      {said_task(task.kind)}, due {task.due_at:%d %B, %H:%M UTC}" for task in tasks), sep="\n")
        if one.state is not State.LAPSED or one.until != at:
            raise Differs("the decision did not lapse at its review date")
        if [task.kind for task in tasks] != ["tell_and_remove"]:
            raise Differs("no task to tell the person and take the device off")
        means("'We stopped' and 'the tag fell silent' are different facts; this one is ours, with a time and a task.")
        worst = {"batteryLevel": 2.0, "alarm": "removing,tampering"}
        for _ in range(2):
            self._post(shows, {"outcome": "refused", "reason": "ended"}, attributes=worst)
        if any(waiting.reference == reference for waiting in self._standing().alerts):
            raise Differs("an alert about someone who is not monitored any more")
        means("A flat battery, a cut strap: nothing of it is anyone's business any more, and no alert is raised.")

    # --- 4 ---

    def trail_proposed(self) -> None:
        """A caseworker asks for rung 11 with nothing below it answered; then answers their own proposal."""
        account, reference = self._ready["accounts"]["caseworker"], self._ready["references"]["without"]
        visitor = Visitor(self._ready["web"])
        if not visitor.sign_in(account["username"], account["password"]):
            raise Differs("the caseworker cannot sign in")
        path = f"/cases/{reference}/decide/{ModeCode.FITTED_TRAIL}"
        print(f"  sent      POST {path}, as {account['username']}: rung 11, and no answer to any lower rung")
        before = self._proposals()
        shown = visitor.send(path, {"step": "send", "starts": "day", "review": "28", "power": POWER})
        print(f"  came back {shown.status} {', '.join(shown.codes)}")
        if shown.status == http.client.FOUND or self._proposals() != before:
            raise Differs("a trail was proposed with the lower rungs unanswered")
        if shown.status not in (http.client.OK, http.client.FORBIDDEN) or "family_unanswered" not in shown.codes:
            raise Differs("the page does not say which lower rungs are unanswered")
        means("Each family of lower rungs wants a reason and a fact of the case; the page says which are missing.")
        waiting = self._proposals()[-1]
        print(f"  sent      POST /authorise/{waiting}, as {account['username']}, who proposed it: approve")
        shown = visitor.send(f"/authorise/{waiting}", {"what": "approve"}, form="/account/security")
        print(f"  came back {shown.status} {', '.join(shown.codes)}")
        if shown.status != http.client.FORBIDDEN or self._proposals() != before:
            raise Differs("whoever proposed it could answer it")
        means("One account proposes or approves, never both; and the store refuses the row, whoever writes it.")

    def _proposals(self) -> tuple[DecisionId, ...]:
        with self._store.reading() as view:
            return tuple(one.id for one in view.proposals_of(CASEWORKER))

    # --- 5 ---

    def cannot_tell(self) -> None:
        """Half an hour of fixes by mast, outside the zone as points; what that makes of someone, and what not."""
        sender, reference = self._ready["senders"]["cannot_tell"], self._ready["references"]["cannot_tell"]
        away = offset(TOWN_LAT, TOWN_LON, 0.0, ZONE_HALF_M + 350.0)
        ring = square_around(TOWN_LAT, TOWN_LON, ZONE_HALF_M)
        zone = {"type": "Polygon", "coordinates": [ring]}
        plain = PlainGeofence(LivedCondition("zone", ConditionKind.INCLUSION, zone, ()))
        now, lines = datetime.now(UTC), []
        for minute in range(33, -1, -1):
            at = now - timedelta(minutes=minute, seconds=1)
            lines.append(traccar_payload(sender["device"], at, *away, 400.0, {"approximate": True}))
            plain.see(to_ms(at), to_ms(at), *away)
        print(f"  sent      POST /in/batch, {len(lines)} fixes of {sender['device']}, by mast, good to 400 m")
        status, said = _answer(self._ready["gateway"], sender["token"], b"\n".join(lines), "/in/batch")
        outcomes = sorted({one["outcome"] for one in said})
        print(f"  came back {status} {', '.join(outcomes)}: this person's mode keeps no trail")
        if status != 200 or not set(outcomes) <= {"judged", "duplicate"}:
            raise Differs("expected every fix to be judged")
        told = [one.alert for one in self._standing().alerts if one.reference == reference]
        print(f"  a plain geofence would have raised {len(plain.alerts)} alert, at the second fix: OUTSIDE THE ZONE")
        if len(plain.alerts) != 1:
            raise Differs("the plain geofence would not have raised")
        for alert in told:
            print(f"  here      {said_alert(alert, now)}")
        if [(one.weight, one.state) for one in told] != [(Weight.UNCERTAIN, AlertState.RAISED)]:
            raise Differs("expected one alert that cannot tell, and waits for someone")
        means("350 m outside, in a disc of 400 m and more: that may well be inside. Someone rings; nobody is accused.")
        why = objections_to_moving(told[0], AlertMove.SUSPECT, ActorId("tour"), "it looks bad", (), now)
        print(f"  tried     to call it a possible breach: {'; '.join(why) or 'nothing against it'}")
        if not why:
            raise Differs("an uncertain alert could become a possible breach")
        means("The same is refused by the store itself, whoever asks, and however.")

    # --- 6 ---

    def question_asked(self) -> None:
        """Whether someone was in a zone at a quarter of an hour of yesterday."""
        reference, about = self._ready["references"]["with_decision"], _quarter(self._walked_from + timedelta(hours=1))
        with self._store.reading() as view:
            case = view.case_by_reference(reference)
            [zone, *_] = [one for made in view.decisions_of(case.id) for one in view.conditions_of(made.id)]
        print(f"  sent      POST /cases/{reference}/question: in this zone at {about:%d %B, %H:%M UTC}?")
        given = {"asked": "zone", "zone": zone.id, **day_of(about), "at": f"{about:%H:%M}"}
        shown = self._signed_in("caseworker").send(f"/cases/{reference}/question", given)
        answered = _ANSWER.search(shown.text)
        print(f"  came back {shown.status} {answered[1] if answered else ', '.join(shown.codes)}")
        if shown.status != 200 or answered is None or answered[1] != "Yes":
            raise Differs("the question was not answered by yes")
        if _A_PLACE.search(shown.text):
            raise Differs("the answer shows a place")
        means("Yes, no, or cannot tell, by the rules that judge fixes on arrival: no trail was opened for it.")

    # --- 7 ---

    def too_much_asked(self) -> None:
        """A month is no choice of the form; and a day long ago is refused, with what would pass."""
        reference = self._ready["references"]["with_decision"]
        visitor, path = self._signed_in("caseworker"), f"/cases/{reference}/look-ups/new"
        long_ago = self._walked_from - timedelta(days=40)
        for hours, words in (("744", "a month"), ("24", "the widest that the form has, of forty days ago")):
            print(f"  sent      POST {path}, {words}: just in case")
            shown = visitor.send(path, {"step": "ask"} | _wanted(long_ago, hours, "Just in case."))
            print(f"  came back {shown.status} {', '.join(shown.codes) or 'there is no such choice'}")
            if shown.status == http.client.FOUND:
                raise Differs("a look-up was asked for just in case")
        said = _NARROWER.search(shown.text)
        print(f"  it says   {said[1] if said else 'nothing of what would pass'}")
        if said is None:
            raise Differs("the page does not say which narrower request would pass")
        means("Nothing was authorised then; the page says from when on something was. The attempt is recorded.")

    # --- 8 ---

    def looked_with_two(self) -> None:
        """Asked by one, granted by another, opened by the first: each an entry before anything opens."""
        reference = self._ready["references"]["with_decision"]
        asks, answers = self._signed_in("caseworker"), self._signed_in("authorising_officer")
        print(f"  sent      POST /cases/{reference}/look-ups/new: two hours of yesterday, with a reason")
        wanted = {"step": "ask"} | _wanted(self._walked_from, "2", "Nobody has heard from them since.")
        shown = asks.send(f"/cases/{reference}/look-ups/new", wanted)
        print(f"  came back {shown.status} {', '.join(shown.codes)}")
        if shown.status != http.client.FOUND:
            raise Differs("the look-up could not be asked for")
        with self._store.reading() as view:
            looks = view.look_ups_of(view.case_by_reference(reference).id)
        look_up = max(looks, key=lambda one: one[1])[0].look_up
        here = f"/cases/{reference}/look-ups/{look_up.id}"
        early = asks.send(here, {"what": "open"}, form="/account/security")
        print(f"  tried     to open it before anyone answered: {early.status} {', '.join(early.codes)}")
        if early.status != http.client.FORBIDDEN or "not_granted" not in early.codes:
            raise Differs("it opened without a second person")
        given = answers.send(f"/authorise/look-ups/{look_up.id}", {"what": "approve", "lasts": "1"})
        print(f"  approved  by a colleague, for an hour: {given.status} {', '.join(given.codes)}")
        opened = asks.send(here, {"what": "open"}, form="/account/security")
        places = PLACES.search(opened.text)
        print(f"  opened    {opened.status}, a table of {places[1] if places else 'no'} places; not shown here")
        if given.status != http.client.FOUND or opened.status != 200 or places is None:
            raise Differs("what two people agreed on did not open")
        means("Its window and nothing beyond it, cut by the vault; the page clears itself when its hour ends.")
        Giving(self._store, self._signed_in, reference, self._walked_from, look_up.id).walk()

    # --- 9 ---

    def person_sees(self) -> None:
        """The person's own page, after all that."""
        shown = self._signed_in("person").get("/my/looks")
        told = [one for one in _TOLD if _stands(one, shown.text)]
        print(f"  sent      GET /my/looks, as the person\n  came back {shown.status} {', '.join(told).lower()}")
        if shown.status != 200 or told != list(_TOLD):
            raise Differs("the person does not see what was asked, granted, read and refused")
        if any(one["username"] in shown.text for name, one in self._ready["accounts"].items() if name != "person"):
            raise Differs("an account of staff stands on the person's page")
        means("Everything about them, by what people work as, for what, and with a proof of each.")

    @property
    def _walked_from(self) -> datetime:
        """When the invented wearer's two hours began: a day before the demo did, to the minute."""
        first, second = (datetime.fromisoformat(text) for text in self._ready["lapses"][:2])
        return (first - (second - first) - timedelta(days=1)).replace(second=0, microsecond=0)

    def _signed_in(self, function: str) -> Visitor:
        """Anew each time: who looks has just proved who they are."""
        account, visitor = self._ready["accounts"][function], Visitor(self._ready["web"])
        if not visitor.sign_in(account["username"], account["password"]):
            raise Differs(f"the {function.replace('_', ' ')} cannot sign in")
        return visitor

    # --- 10 ---

    def proof_checked_outside(self) -> None:
        """That someone was given a copy stands in the ledger: shown without our code, then with one byte changed."""
        lacks = missing()
        if lacks is not None:
            print(f"  skipped   {lacks} is not on this machine, and a verifier of our own would prove nothing")
            if os.environ.get("CI") == "true":
                raise Differs("with CI=true nothing may be skipped")
            return
        reference = self._ready["references"]["with_decision"]
        for _ in give_own_copy(self._store, self._vault, reference, ActorId("tour")):
            pass
        old = (self._data / "log" / "checkpoint").read_text()
        note = self._vault.checkpoint()
        size, old_size = (parse_checkpoint(unverified_body(text)).size for text in (note, old))
        with self._store.reading() as view:
            rows = view.entries(0, size)
        bodies = [row.body for row in rows]
        known = self._key_of(rows[0].record)
        tree = Tree(leaf_hash(body) for body in bodies)
        index = max(at for at, body in enumerate(bodies) if read_entry(body).kind is EntryKind.COPY_GIVEN)
        print(f"  entry     {index} of {size}: {bodies[index].decode()}")
        means("Who was given what, when: a keyed handle for the person, a salted digest for the rest; no name.")
        shown = {
            "vkey": known,
            "new": note,
            "old": old,
            "consistency": _in_base64(tree.consistency_proof(old_size, size)),
            "entries": [_shown(index, bodies[index], tree.inclusion_proof(index, size))],
        }
        changed = bytes([*bodies[index][:-2], bodies[index][-2] ^ 1, bodies[index][-1]])
        spoilt = shown | {"entries": [_shown(index, changed, tree.inclusion_proof(index, size))]}
        with TemporaryDirectory(prefix="custodiet-") as folder:
            auditor = Auditor(Path(folder))
            for words, bundle, belongs in (
                ("as it is", shown, True),
                ("one byte changed", spoilt, False),
                ("put back", shown, True),
            ):
                path = Path(folder) / "bundle.json"
                path.write_text(json.dumps(bundle))
                done = auditor.run("bundle", path, "-key", known)
                print(f"  {words:<17} Go's x/mod says: {done.stdout.strip().splitlines()[-1]}")
                if (done.returncode == 0) is not belongs:
                    raise Differs("the verifier that is not ours says otherwise")
        means("A person, a solicitor or a court can do that with the proof alone; they need nobody here for it.")

    # --- 11 ---

    def record_unwritable(self) -> None:
        """Somebody else holds the store, as a full disk or a broken one would: then it is let go."""
        reference, sender = self._ready["references"]["with_decision"], self._ready["senders"]["with_decision"]
        body = traccar_payload(sender["device"], datetime.now(UTC), self._place.lat, self._place.lon)
        send = partial(_answer, self._ready["gateway"], sender["token"], body, wait_s=3 * _ANSWER_WAIT_S)
        with self._store.acting():
            print("  held      the store, so that nothing can be written into it")
            print(f"  asked     the vault, for {reference}'s own copy")
            try:
                list(give_own_copy(self._store, self._vault, reference, ActorId("tour")))
            except CannotRecord:
                print("  came back cannot record, so cannot show")
            else:
                raise Differs("something was shown that was not recorded")
            print(f"  sent      POST /in/traccar, a position of {sender['device']}")
            status, _ = send()
            print(f"  came back {status}")
            if status != http.client.SERVICE_UNAVAILABLE:
                raise Differs("a position was acknowledged that could not be recorded")
        means("A device that gets 503 keeps what it has and comes again; nobody's position is half recorded.")
        print("  let go    the store, and sent the same once more")
        until = time.monotonic() + _SETTLE_S
        while (status := send()[0]) != 200 and time.monotonic() < until:
            time.sleep(0.2)
        mine = self._fixes_at(reference, json.loads(body)["position"]["fixTime"])
        print(f"  came back {status}; the person's own copy holds it {mine} time")
        if (status, mine) != (200, 1):
            raise Differs("what was sent again is not there once")
        means("Nothing was lost, nothing doubled, and for a while nothing was shown.")

    def _fixes_at(self, reference: str, fix_time: str) -> int:
        at = datetime.fromisoformat(fix_time)
        lines = [json.loads(line) for line in give_own_copy(self._store, self._vault, reference, ActorId("tour"))]
        times = [datetime.fromisoformat(one["fix_time"]) for one in lines if "fix_time" in one]
        return sum(abs(one - at) < timedelta(milliseconds=2) for one in times)

    # --- 12 ---

    def regulators_lines(self) -> None:
        """The page that the regulator signs in to, and the entry behind the line that step 3 turned."""
        visitor = self._signed_in("auditor")
        with self._store.reading() as view:
            case = view.case_by_reference(self._lapsed)
            lapsed = [one.id for one in view.decisions_of(case.id) if one.state is State.LAPSED]
            entries = [row for row in view.entries(0, view.ledger_size()) if b'"decision.lapsed"' in row.body]
            theirs = [row.index for row in entries if row.record and any(one.encode() in row.record for one in lapsed)]
        print("  sent      GET /regulator, as the auditor")
        shown = visitor.get(f"/regulator?scheme={case.scheme_id}")
        lines = _LINE.findall(shown.text)
        print(f"  came back {shown.status}")
        for number, title, state in lines:
            print(f"    {number:>2} {title}: evidence {state}")
        if shown.status != 200 or [int(number) for number, _, _ in lines] != list(range(1, 12)):
            raise Differs("the page does not show the eleven tests")
        means("What each test of the notice asks, what evidence there is now, what is missing; nobody is named.")
        opened = visitor.get(f"/regulator/{case.scheme_id}/11")
        print(f"  opened    line 11: {len(_PROOF.findall(opened.text))} entries, that of {self._lapsed} among them")
        if {number: state for number, _, state in lines}["11"] != "missing" or not theirs:
            raise Differs("the review that nobody did turned no line")
        if f"/oversight/entry/{theirs[-1]}/proof" not in opened.text:
            raise Differs("the line does not open the entry that turned it")
        means("What is not recorded does not count: a review that nobody recorded stands there, with its proof.")

    def _key_of(self, record: bytes | None) -> str:
        """The log's key, as the first entry tells it; elsewhere one compares it with a key one has from elsewhere."""
        opened = None if record is None else read_record(record)
        if not isinstance(opened, LogOpened):
            raise Differs("the ledger does not begin with its key")
        return vkey(opened.origin, opened.log_key)

    def _next_lapse(self) -> tuple[int, datetime]:
        soon = datetime.now(UTC) + timedelta(seconds=2)
        for number, text in enumerate(self._ready["lapses"], start=1):
            if datetime.fromisoformat(text) > soon:
                return number, datetime.fromisoformat(text)
        raise Differs("every invented review has lapsed already; start the demo again")

    def _entered(self, standing: Standing, reference: str) -> bool:
        return any(task.reference == reference for task in standing.tasks)

    # --- asking ---

    def _standing(self) -> Standing:
        with self._store.reading() as view:
            return show_standing(view, datetime.now(UTC))

    def _monitored(self, reference: str, standing: Standing | None = None) -> Monitored:
        monitored = (standing or self._standing()).monitored
        return next(one for one in monitored if one.reference == reference)

    def _post(self, shows: str, expected: dict[str, str], attributes: dict[str, Any] | None = None) -> None:
        sender = self._ready["senders"][shows]
        at = datetime.now(UTC)
        body = traccar_payload(sender["device"], at, self._place.lat, self._place.lon, attributes=attributes)
        print(f"  sent      POST /in/traccar, a position of {sender['device']}, now, by the sender {shows!r}")
        status, said = _answer(self._ready["gateway"], sender["token"], body)
        print(f"  came back {status}", *map(json.dumps, said))
        if (status, said) != (200, [expected]):
            raise Differs(f"expected 200 {json.dumps(expected)}")


def take_tour(ready_file: Path, data: Path, store: Store, vault: Vault, *, check: bool) -> int:
    """Walk through every step. The exit status: 0, or 1 at the first answer that differs."""
    tour = Tour(json.loads(ready_file.read_bytes()), data, store, vault)
    for number, title, step in tour.steps():
        print(f"\n{number}  {title}")
        try:
            step()
        except Differs as differs:
            print(f"  DIFFERS   step {number}: {differs}", flush=True)
            return 1
        except OSError as error:
            print(f"  DIFFERS   step {number}: no answer ({type(error).__name__})", flush=True)
            return 1
        if not check and sys.stdin.isatty():
            input("\n  (Enter)")
    print("\nEvery answer was the one that belongs here.")
    return 0


def _quarter(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def _wanted(start: datetime, hours: str, why: str) -> dict[str, str]:
    """A request to look, as the form takes it."""
    asked = {"purpose": "contact", "to_know": "reach", "why": why, "tried": "rang", "precision": "full"}
    return asked | day_of(start) | {"start": f"{start:%H:%M}", "hours": hours}


def _stands(words: str, page: str) -> bool:
    """Whether a line of the page says just that, and not only longer words that begin so."""
    return re.search(rf">\s*{re.escape(words)}\s*<", page) is not None


def _in_base64(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]


def _shown(index: int, body: bytes, proof: Sequence[bytes]) -> dict[str, Any]:
    return {"index": index, "entry": base64.b64encode(body).decode(), "proof": _in_base64(proof)}


def _holds(path: Path, traces: list[bytes]) -> bool:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return False  # a temporary file of the store's, gone again
    return any(trace in data for trace in traces)


def _answer(
    gateway: str, token: str, body: bytes, path: str = "/in/traccar", wait_s: float = _ANSWER_WAIT_S
) -> tuple[int, list[Any]]:
    """The status, and what was said, a line each; nothing where it was not taken in, which is told in another form."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection(gateway.removeprefix("http://"), timeout=wait_s)) as connection:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        lines = response.read().splitlines() if response.status == http.client.OK else []
        return response.status, [json.loads(line) for line in lines]

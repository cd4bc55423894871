"""The demo's made-up scheme: its invented past, made through the real flows on a virtual clock that ends now.

Most people stand on rungs 1 to 6. Those who stand on rung 11 are there to show the gate: one with a decision in
force, one without, one lapsed, and so on; and one whose review nobody will do every few minutes from now on.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product
from random import Random

import rfc8785

from custodiet.flows.assess_case import Assessor
from custodiet.flows.decide_case import make_decision, propose_decision
from custodiet.flows.end_decision import end_decision, end_what_ran_out, suspend_decision
from custodiet.flows.fit_device import end_fitting, fit_device, issue_sender, register_device, token_hash
from custodiet.flows.issue_keys import issue_wanted_keys
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.keep_training import record_training
from custodiet.flows.open_case import name_person, open_case, set_condition
from custodiet.flows.ports import Chance, Sealer, Store, Vault
from custodiet.flows.receive_reports import Monitor, Request
from custodiet.flows.record_notice import approve_recording, keep_recording
from custodiet.flows.set_up_scheme import register_scheme
from custodiet.flows.staff_joins import approve_joiner, begin_administration, begin_authorising, propose_joiner
from custodiet.flows.translate_notice import approve_translation, check_translation, draft_translation
from custodiet.model.assessment import Assessment
from custodiet.model.case import Case
from custodiet.model.condition import ConditionKind
from custodiet.model.decision import Authority, Decision
from custodiet.model.device import Device
from custodiet.model.identity import ActorId, CaseId, DecisionId, FittingId, SchemeId
from custodiet.model.language import PSEUDO_LTR, PSEUDO_RTL
from custodiet.model.mode import LADDER, Category, Kind, ModeCode
from custodiet.model.notice import TextOf
from custodiet.model.record import LogOpened
from custodiet.model.report import Alarm, DeviceSays, Fix, Report
from custodiet.model.scheme import Force, Power, Purpose, Regime, RetentionRule, Scheme
from custodiet.model.staff import OF_NO_SCHEME, Function
from custodiet.rules.decisions import Ender, Move
from custodiet.simulation.made_up_assessment import made_up_assessment
from custodiet.simulation.made_up_register import activate_made_up
from custodiet.simulation.names import made_up_name
from custodiet.simulation.seeded import SetClock
from custodiet.simulation.tone import tone
from custodiet.simulation.town import TOWN_LAT, TOWN_LON, home_of, square_around

STRAND = "main"
SCHEME = SchemeId("scheme_made_up")
CASEWORKER = ActorId("caseworker-1")
AUTHORISING = ActorId("authorising-officer-1")
COURT = ActorId("made-up-court")
POWER = "made-up-power"
DUTY, DUTY_FROM = "made-up-duty", ModeCode.HOME_PRESENCE
"""The power that is a duty, and the lowest rung that satisfies it."""
ORDER = "made-up-order"
ADMINISTRATOR = ActorId("administrator-1")
STAFF: dict[ActorId, Function] = {
    ADMINISTRATOR: Function.ADMINISTRATOR,
    AUTHORISING: Function.AUTHORISING_OFFICER,
    CASEWORKER: Function.CASEWORKER,
    ActorId("caseworker-2"): Function.CASEWORKER,
    ActorId("authorising-officer-2"): Function.AUTHORISING_OFFICER,
    ActorId("operator-1"): Function.OPERATOR,
    ActorId("dpo-1"): Function.DPO,
    ActorId("auditor-1"): Function.AUDITOR,
    ActorId("translator-1"): Function.TRANSLATOR,
    ActorId("requester-1"): Function.REQUESTER,
    ActorId("person-1"): Function.PERSON,
    ActorId("representative-1"): Function.REPRESENTATIVE,
    ActorId("translator-2"): Function.TRANSLATOR,
}
"""The accounts of the made-up scheme, in the order in which they join; two that nobody needs for the law."""
_FIRST_STAFF_NAME = 101
"""Staff are called by the same list as everybody, from here on."""
_PAST = timedelta(days=8)
_TRAINING_DAYS = 365
"""How long training holds under the made-up scheme."""
ZONE_HALF_M = 250.0
"""Half the side of every zone here."""
_TONE_S = 5
_QUIET_RUNGS = (0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 5, 5, 6, 6, 6, 7)


@dataclass(frozen=True, slots=True)
class InventedDevice:
    """What a device process is told, less the URL."""

    serial: str
    token: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class InventedColleague:
    """An account of the made-up scheme. The name is for sign-in and pages; it stands in no record."""

    actor: ActorId
    function: Function
    name: str


@dataclass(slots=True)
class World:
    """What was made. `senders` by what each is there to show."""

    senders: dict[str, InventedDevice] = field(default_factory=dict)
    walking: list[InventedDevice] = field(default_factory=list)
    """Devices that report by themselves; the others are left to whoever tries them."""
    lapses: list[datetime] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    staff: list[InventedColleague] = field(default_factory=list)


class WorldMaker:
    """Makes one world in an empty store. `clock` is the store's own and is moved."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        sealer: Sealer,
        clock: SetClock,
        chance: Chance,
        pinned: LogOpened,
        *,
        seed: int,
        fence: tuple[str, int],
    ) -> None:
        self._store = store
        self._vault = vault
        self._sealer = sealer
        self._clock = clock
        self._chance = chance
        self._pinned = pinned
        self._random = Random(seed)
        self._fence = fence
        self._people = 0
        self.world = World()

    def make(self, now: datetime, lapses: int, lapse_every: timedelta) -> World:
        """The whole past, up to `now`, and the reviews that nobody will do after it."""
        self._clock.set(now - _PAST)
        scheme = made_up_scheme(now)
        self._staff_join(scheme)
        activate_made_up(self._store, scheme, self._clock.now(), CASEWORKER, AUTHORISING, training_days=_TRAINING_DAYS)
        self._train()
        self._translate()
        for rung in _QUIET_RUNGS:
            case, _ = self._person()
            self._decide(case, LADDER[rung].code, now + timedelta(days=20))
        self._people_at_the_gate(now)
        for number in range(1, lapses + 1):
            at = now + number * lapse_every
            case, _ = self._wearer(f"lapsing_{number}", walks=True)
            self._decide(case, ModeCode.FITTED_TRAIL, at)
            self.world.lapses.append(at)
            if number == 1:
                self.world.references["lapses_next"] = case.reference
        self._duty_and_orders(now)
        self._alerts_wait(now)
        self._pass_to(now)
        self._record()
        return self.world

    def _staff_join(self, scheme: Scheme) -> None:
        """The first two under the recorded exception, and everyone else by those two."""
        begin_administration(self._store, self._chance, ADMINISTRATOR)
        register_scheme(self._store, scheme, ADMINISTRATOR)
        begin_authorising(self._store, self._chance, AUTHORISING, SCHEME, ADMINISTRATOR)
        for number, (actor, function) in enumerate(STAFF.items(), _FIRST_STAFF_NAME):
            if actor not in (ADMINISTRATOR, AUTHORISING):
                scheme_id = None if function in OF_NO_SCHEME else SCHEME
                joins = propose_joiner(self._store, self._chance, actor, function, scheme_id, ADMINISTRATOR)
                approve_joiner(self._store, joins, AUTHORISING)
            self.world.staff.append(InventedColleague(actor, function, made_up_name(number)))

    def _train(self) -> None:
        """Whoever decides was trained, a month before the first decision."""
        for actor, function in STAFF.items():
            if function in (Function.CASEWORKER, Function.AUTHORISING_OFFICER):
                record_training(self._store, actor, self._clock.now() - timedelta(days=30), ADMINISTRATOR)

    def _translate(self) -> None:
        """Every text in the two pseudo-languages, and in no other: the only texts that are approved here."""
        drafts, approves = self._translators()
        for language, of in product((PSEUDO_LTR, PSEUDO_RTL), TextOf):
            one = draft_translation(self._store, self._chance, SCHEME, language.tag, drafts, of=of)
            check_translation(self._store, one, drafts, "Made-up text: a diploma in a made-up language")
            approve_translation(self._store, one, approves)

    def _translators(self) -> list[ActorId]:
        return [one for one, function in STAFF.items() if function is Function.TRANSLATOR]

    def _record(self) -> None:
        """A tone in place of a voice in the two pseudo-languages, and in no other: pages say that it says nothing."""
        hands_in, approves = self._translators()
        for language in (PSEUDO_LTR, PSEUDO_RTL):
            kept = keep_recording(self._store, self._chance, SCHEME, language.tag, tone(_TONE_S), hands_in)
            approve_recording(self._store, kept, approves)

    # --- the ones who show the gate ---

    def _people_at_the_gate(self, now: datetime) -> None:
        far = now + timedelta(days=20)

        case, tag = self._wearer("with_decision", walks=True)
        for theirs in ("person-1", "representative-1"):
            assign_case(self._store, case.id, ActorId(theirs), AUTHORISING)
        self._decide(case, ModeCode.FITTED_TRAIL, far, zone_around=self.world.senders["with_decision"])
        self._wearer("without")
        case, _ = self._wearer("waiting")
        self._propose(case, ModeCode.ZONE_ON_ARRIVAL, far)
        case, _ = self._wearer("lapsed")
        self._decide(case, ModeCode.FITTED_TRAIL, now - timedelta(hours=3))
        case, _ = self._wearer("annulled")
        annulled = self._decide(case, ModeCode.FITTED_TRAIL, far)
        case, _ = self._wearer("withdrawn")
        withdrawn = self._decide(case, ModeCode.FITTED_TRAIL, far)
        case, _ = self._wearer("suspended")
        suspended = self._decide(case, ModeCode.FITTED_TRAIL, far)
        case, _ = self._wearer("before")
        self._decide(case, ModeCode.FITTED_TRAIL, far, starts_at=now + timedelta(days=1))
        case, _ = self._wearer("succeeded")
        earlier = self._decide(case, ModeCode.FITTED_TRAIL, far)
        case, _ = self._wearer("zone_on_arrival", walks=True)
        self._decide(case, ModeCode.ZONE_ON_ARRIVAL, far, zone_around=self.world.senders["zone_on_arrival"])
        case, _ = self._wearer("cannot_tell")
        in_town = replace(self.world.senders["cannot_tell"], lat=TOWN_LAT, lon=TOWN_LON)
        self._decide(case, ModeCode.ZONE_ON_ARRIVAL, far, zone_around=in_town)
        case, _ = self._wearer("zone_on_device")
        self._decide(case, ModeCode.ZONE_ON_DEVICE, far)
        case, old_tag = self._wearer("tag_before")
        self._decide(case, ModeCode.FITTED_TRAIL, far)
        fitting = self._fitting
        self._upstream("upstream", (tag.serial, old_tag.serial))

        self._trail_of("with_decision", now - timedelta(days=1), 12)
        self._pass_to(now - timedelta(days=1))
        # The tag comes off one person and goes on another, with a token of its own.
        end_fitting(self._store, fitting, CASEWORKER)
        case, _ = self._wearer("tag_now", device=old_tag)
        self._decide(case, ModeCode.FITTED_TRAIL, far)
        self._trail_of("tag_now", now - timedelta(hours=20), 3)
        self._pass_to(now - timedelta(hours=3))
        self._pass_to(now - timedelta(hours=2))
        end_decision(self._store, self._chance, annulled.id, Move.ANNUL, Ender(COURT, authority=True))
        now_at = self._clock.now()
        later = officers_proposal(self._chance, earlier.case_id, ModeCode.FITTED_TRAIL, now_at, far, follows=earlier.id)
        self._make(later)
        end_decision(self._store, self._chance, withdrawn.id, Move.WITHDRAW, Ender(CASEWORKER))
        self._pass_to(now - timedelta(hours=1))
        suspend_decision(self._store, suspended.id, Ender(CASEWORKER))

    def _duty_and_orders(self, now: datetime) -> None:
        """A duty on the lowest rung that satisfies it; an order of the court, and one whose review we have missed."""
        far = now + timedelta(days=20)
        case, _ = self._person()
        self.world.references["duty"] = case.reference
        self._make(self._officers(case, DUTY_FROM, far, power=DUTY))
        for shows, review_due_at in (("order", far), ("order_missed", now - timedelta(minutes=10))):
            case, _ = self._wearer(shows)
            officers = self._officers(case, ModeCode.FITTED_TRAIL, review_due_at, power=ORDER)
            self._make(replace(officers, authority=Authority.ORDER, maker=COURT))

    def _alerts_wait(self, now: datetime) -> None:
        """A call for help, a strap that may be nothing, and a device that is at fault: what the desk begins with."""
        for alarm in (Alarm.HELP, Alarm.STRAP, Alarm.FAULT):
            case, _ = self._wearer(f"alert_{alarm}")
            self._decide(case, ModeCode.FITTED_TRAIL, now + timedelta(days=20))
            self._trail_of(f"alert_{alarm}", self._clock.now(), 1, DeviceSays(alarms=frozenset({alarm})))

    # --- the steps ---

    def _person(self) -> tuple[Case, int]:
        self._people += 1
        case = open_case(self._store, self._chance, SCHEME, f"M-{self._people:04d}", CASEWORKER)
        self._keep_up()
        name_person(self._store, self._sealer, self._pinned, case.person_id, made_up_name(self._people), CASEWORKER)
        return case, self._people

    def _wearer(self, shows: str, *, walks: bool = False, device: Device | None = None) -> tuple[Case, Device]:
        case, number = self._person()
        tag = device or register_device(
            self._store, self._chance, f"TAG-{number:04d}", CASEWORKER, f"Sample-{number % 2 + 1}"
        )
        fitting = fit_device(self._store, self._chance, tag.id, case.id, STRAND, CASEWORKER)
        self._fitting: FittingId = fitting.id
        label = f"the device of {case.reference}"
        token = issue_sender(self._store, self._chance, SCHEME, label, (tag.serial,), CASEWORKER, fitting.id)
        invented = InventedDevice(tag.serial, token, *home_of(self._random))
        self.world.senders[shows] = invented
        self.world.references[shows] = case.reference
        if walks:
            self.world.walking.append(invented)
        return case, tag

    def _upstream(self, shows: str, serials: tuple[str, ...]) -> None:
        """An upstream server that forwards for several devices, with one token for all of them."""
        token = issue_sender(self._store, self._chance, SCHEME, "a forwarding server", serials, CASEWORKER)
        self.world.senders[shows] = InventedDevice(serials[0], token, *home_of(self._random))

    def _officers(self, case: Case, mode: ModeCode, review_due_at: datetime, *, power: str) -> Decision:
        """What is proposed under another power, from now."""
        proposal = officers_proposal(self._chance, case.id, mode, self._clock.now(), review_due_at)
        return replace(proposal, power=power)

    def _decide(
        self,
        case: Case,
        mode: ModeCode,
        review_due_at: datetime,
        *,
        starts_at: datetime | None = None,
        zone_around: InventedDevice | None = None,
    ) -> Decision:
        decision = officers_proposal(self._chance, case.id, mode, starts_at or self._clock.now(), review_due_at)
        self._make(decision, zone_around)
        return decision

    def _propose(self, case: Case, mode: ModeCode, review_due_at: datetime) -> None:
        """What waits for a second person."""
        starts_at = review_due_at - timedelta(days=10)
        decision = officers_proposal(self._chance, case.id, mode, starts_at, review_due_at)
        propose_decision(self._store, decision, self._assessed(decision))

    def _make(self, decision: Decision, zone_around: InventedDevice | None = None) -> None:
        propose_decision(self._store, decision, self._assessed(decision))
        if zone_around is not None:
            ring = square_around(zone_around.lat, zone_around.lon, ZONE_HALF_M)
            geometry = rfc8785.dumps({"type": "Polygon", "coordinates": [ring]})
            zone = (decision.id, ConditionKind.INCLUSION, CASEWORKER)
            set_condition(self._store, self._sealer, self._chance, self._pinned, *zone, geometry=geometry)
        make_decision(self._store, decision.id, AUTHORISING)
        self._keep_up()

    def _assessed(self, decision: Decision) -> Assessment | None:
        """A whole assessment, the screening behind it sealed as any other."""
        assessor = Assessor(self._store, self._sealer, self._chance, self._pinned, bytes(32))
        return made_up_assessment(self._store, self._chance, decision, assessor)

    def _trail_of(self, shows: str, start: datetime, fixes: int, says: DeviceSays | None = None) -> None:
        """A few fixes of the past, ten minutes apart, received as they were made."""
        invented = self.world.senders[shows]
        self._pass_to(start)
        monitor = Monitor(self._store, self._sealer, self._clock, self._chance, self._pinned, name="the-past")
        for _ in range(fixes):
            self._pass_to(self._clock.now() + timedelta(minutes=10))
            monitor.refresh()
            sender = monitor.sender(token_hash(invented.token))
            if sender is None:
                raise LookupError("a token that was just issued is not known")
            lat, lon = round(invented.lat * 1e7), round(invented.lon * 1e7)
            at = self._clock.now()
            report = Report(invented.serial, Kind.FIX, at, Fix(lat, lon, accuracy_m=8.0), says=says)
            monitor.receive([Request(sender, (report,), at)])

    def _pass_to(self, at: datetime) -> None:
        """Time passes: what runs out on the way ends when it does."""
        if at > self._clock.now():
            self._clock.set(at)
        while end_what_ran_out(self._store, self._chance, self._clock, self._fence):
            pass
        self._keep_up()

    def _keep_up(self) -> None:
        while issue_wanted_keys(self._store, self._vault, self._clock, self._pinned, self._fence):
            pass


def officers_proposal(
    chance: Chance,
    case_id: CaseId,
    mode: ModeCode,
    starts_at: datetime,
    review_due_at: datetime,
    follows: DecisionId | None = None,
) -> Decision:
    """What a caseworker of the made-up scheme proposes."""
    return Decision(
        id=DecisionId(chance.identity("decision")),
        case_id=case_id,
        strand=STRAND,
        mode=mode,
        power=POWER,
        purposes=("contact",),
        authority=Authority.OFFICERS,
        maker=None,
        proposed_by=CASEWORKER,
        starts_at=starts_at,
        review_due_at=review_due_at,
        ends_at=None,
        follows=follows,
    )


def made_up_scheme(now: datetime) -> Scheme:
    """The scheme that everyone invented stands under."""
    return Scheme(
        id=SCHEME,
        name="The made-up scheme",
        controller="The made-up authority",
        starts_at=now - timedelta(days=400),
        ends_at=None,
        purposes=(Purpose("contact", "Keeping in contact", operational=True),),
        powers=(
            Power(POWER, "A made-up power", "Made-up Act, s. 1", Force.DISCRETION, Regime.UK_GDPR),
            Power(DUTY, "A made-up duty", "Made-up Act, s. 2", Force.DUTY, Regime.UK_GDPR, DUTY_FROM),
            Power(ORDER, "The made-up court’s orders", "Made-up Act, s. 3", Force.DISCRETION, Regime.UK_GDPR),
        ),
        modes=tuple(mode.code for mode in LADDER),
        retention=(
            RetentionRule(Category.TRAIL, 28, "Made-up text: long enough for the person to dispute a finding."),
            RetentionRule(Category.EVIDENCE, 90, "Made-up text: until what it confirmed has been decided."),
            RetentionRule(Category.EVENTS, 90, "Made-up text: until the next review has looked at them."),
            RetentionRule(Category.OUTCOMES, 365, "Made-up text: the record that the person kept to it."),
        ),
    )

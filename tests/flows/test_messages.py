"""Messages to people: written with what causes them, sent once it is not their night, and never with a name in them."""

import email
import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from msgspec import structs
from support.assessing import kinds_written
from support.by_hand import hands_on
from support.glass import Endangered
from support.house import ANA, BO, START, House, report
from support.staff import OPE
from support.watched import bytes_of
from support.zones import zone_as_of

from custodiet.adapters.messages.folder import FolderCarrier
from custodiet.adapters.store.sql import IngestingRows
from custodiet.flows.end_decision import end_decision
from custodiet.flows.give_contact import give_contact, withdraw_contact
from custodiet.flows.scheme_now import scheme_at
from custodiet.flows.send_messages import LEASE, Messenger, NobodyThere
from custodiet.flows.time_passes import Passing
from custodiet.model.alert import AlertState
from custodiet.model.decision import State
from custodiet.model.ending import EndReason
from custodiet.model.entry import Entry
from custodiet.model.errors import CannotRecord, IllegalValue, NotPermitted, OpeningRefused
from custodiet.model.finding import Matter
from custodiet.model.identity import ActorId
from custodiet.model.message import MESSENGER, Channel, Delivery, Setback, Template
from custodiet.model.message_record import MessageOpened
from custodiet.model.record import kind_of
from custodiet.model.report import DeviceSays
from custodiet.rules.decisions import Ender, Move
from custodiet.rules.messages import REMIND_AGAIN
from custodiet.wire.message import Destination

HOUR = timedelta(hours=1)
SENDER = "desk@deployer.example"
TO = Destination("heron@sample.example")


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def wearer(house):
    """Someone with an address, a device and a decision; it is nine in the morning where they live."""
    wearer = house.person("TAG-1")
    house.issue_keys()
    reach(house, wearer)
    house.decide(wearer)
    return wearer


def reach(house, person, to=TO, zone="Etc/UTC"):
    return give_contact(house.store, house.sealer, house.pinned, zone_as_of, person.case.id, to, zone, ANA)


def low(house, monitor, wearer, percent):
    house.clock.pass_(timedelta(minutes=1))
    line = structs.replace(report(wearer.device.serial, house.clock.now()), says=DeviceSays(percent, charging=False))
    house.post(monitor, wearer.token, line)


class Way:
    """Whoever takes messages on, told what to say."""

    def __init__(self, *says):
        self.says = list(says)
        self.taken = []

    @contextmanager
    def reached(self):
        self.ready()
        yield self

    def ready(self):
        if self.says[:1] == ["away"]:
            raise NobodyThere("away")

    def has(self, _):
        return None

    def take(self, message, to, at):
        said = self.says.pop(0) if self.says else None
        if said is RuntimeError:
            raise RuntimeError
        if said is None:
            self.taken.append((message.id, to))
        return said


def messenger(house, carrier, office=None, vault=None):
    fence = (LEASE, house.store.take_lease(LEASE))
    return Messenger(house.store, vault or house.vault, carrier, house.clock, fence, office)


def posted(house, person):
    with house.store.reading() as view:
        return view.posted_to(person.case.id, 10)


def shown(house, person):
    with house.store.reading() as view:
        alerts = [one for one in view.alerts(list(AlertState), 10) if one.matter is Matter.BATTERY]
        of_case = [one for one in view.alerts_of_case(person.case.id, 10) if one.matter is Matter.BATTERY]
        tasks = [one for one in view.tasks_of(person.case.id) if one.kind == "warn_wearer"]
        assert len(alerts) == len(of_case) == len(tasks)
        return len(alerts)


def test_a_wearer_is_reminded_before_their_battery_is_low_enough_for_an_alert(house, wearer):
    low(house, house.monitor(), wearer, 29.0)
    [one] = posted(house, wearer)
    assert (one.message.template, one.state) == (Template.CHARGE, Delivery.WAITING)
    with house.store.reading() as view:
        assert view.alerts(list(AlertState), 10) == ()


def test_a_reminder_that_could_not_be_written_comes_with_the_next_report(house, wearer, monkeypatch):
    monitor = house.monitor()
    with monkeypatch.context() as broken:
        broken.setattr(IngestingRows, "keep", cannot)
        with pytest.raises(CannotRecord):
            low(house, monitor, wearer, 29.0)
    assert posted(house, wearer) == ()
    low(house, monitor, wearer, 29.0)
    assert len(posted(house, wearer)) == 1


def test_another_gateway_counts_from_the_reminder_that_was_posted(house, wearer):
    first, second = house.monitor(), house.monitor("m2")
    low(house, first, wearer, 29.0)
    house.clock.pass_(REMIND_AGAIN - timedelta(minutes=5))
    low(house, second, wearer, 28.0)
    assert len(posted(house, wearer)) == 1
    house.clock.pass_(timedelta(minutes=5))
    low(house, second, wearer, 27.0)
    assert len(posted(house, wearer)) == 2


def cannot(*_):
    raise CannotRecord("the disk is full")


def test_nobody_sees_the_alert_before_the_reminder_has_left(house, wearer):
    monitor = house.monitor()
    for percent in (15.0, 14.0, 13.0):
        low(house, monitor, wearer, percent)
    assert shown(house, wearer) == 0
    way = Way()
    assert messenger(house, way).send_due() == 1
    assert [to for _, to in way.taken] == [TO]
    assert shown(house, wearer) == 1


def test_an_alert_waits_for_a_reminder_no_longer_than_the_reminder_is_of_use(house, wearer):
    monitor = house.monitor()
    for percent in (15.0, 14.0):
        low(house, monitor, wearer, percent)
    passing = Passing(house.store, house.chance, house.clock, house.fence)
    house.clock.pass_(HOUR)
    passing.look()
    assert shown(house, wearer) == 0
    house.clock.pass_(HOUR)
    passing.look()
    [one] = posted(house, wearer)
    assert (one.state, one.setback) == (Delivery.GIVEN_UP, Setback.TOO_LATE)
    assert shown(house, wearer) == 1


def test_an_alert_does_not_wait_for_a_messenger_that_died_while_it_was_sending(house, wearer):
    monitor = house.monitor()
    for percent in (15.0, 14.0):
        low(house, monitor, wearer, percent)
    with pytest.raises(RuntimeError):
        messenger(house, Way(RuntimeError)).send_due()
    house.clock.pass_(timedelta(hours=2, minutes=11))
    Passing(house.store, house.chance, house.clock, house.fence).look()
    assert posted(house, wearer)[0].state is Delivery.GIVEN_UP
    assert shown(house, wearer) == 1


def test_who_gave_no_address_is_not_written_to_and_the_alert_is_shown_at_once(house):
    wearer = house.person("TAG-1")
    house.decide(wearer)
    monitor = house.monitor()
    for percent in (15.0, 14.0):
        low(house, monitor, wearer, percent)
    assert posted(house, wearer) == ()
    assert shown(house, wearer) == 1


def test_nobody_is_reminded_twice_in_six_hours_by_whichever_gateway(house, wearer):
    for monitor in (house.monitor("m1"), house.monitor("m2"), house.monitor("m3")):
        low(house, monitor, wearer, 25.0)
    assert len(posted(house, wearer)) == 1
    house.clock.pass_(6 * HOUR)
    low(house, house.monitor("m4"), wearer, 25.0)
    assert len(posted(house, wearer)) == 2


def test_what_is_caused_at_night_leaves_in_the_morning_of_the_person_s_own_zone(house):
    wearer = house.person("TAG-1")
    house.issue_keys()
    reach(house, wearer, zone="Pacific/Auckland")  # nine in the morning in Greenwich is ten at night there
    house.decide(wearer)
    low(house, house.monitor(), wearer, 25.0)
    [one] = posted(house, wearer)
    assert one.message.not_before == START.replace(hour=19)  # eight in the morning, thirteen hours ahead
    way = Way()
    assert messenger(house, way).send_due() == 0
    house.clock.set(one.message.not_before)
    assert messenger(house, way).send_due() == 1


def test_an_ending_tells_the_person_in_the_same_write(house, wearer):
    [decision] = [one for one in decisions(house, wearer) if one.state is State.MADE]
    before = size(house)
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(BO))
    assert size(house) == before + 1
    [one] = posted(house, wearer)
    assert one.message.template is Template.STOPPED


def test_nothing_is_sent_to_someone_who_has_died(house, wearer):
    [decision] = decisions(house, wearer)
    end_decision(house.store, house.chance, decision.id, Move.WITHDRAW, Ender(BO), EndReason.DIED)
    assert posted(house, wearer) == ()


def decisions(house, person):
    with house.store.reading() as view:
        return view.decisions_of(person.case.id)


def size(house):
    with house.store.reading() as view:
        return view.ledger_size()


def test_a_message_that_is_asked_for_later_waits_and_goes_under_the_same_name(house, wearer):
    low(house, house.monitor(), wearer, 25.0)
    way = Way(Setback.LATER)
    assert messenger(house, way).send_due() == 1
    [one] = posted(house, wearer)
    assert (one.state, one.attempts, one.setback) == (Delivery.WAITING, 1, Setback.LATER)
    assert messenger(house, way).send_due() == 0
    house.clock.pass_(timedelta(minutes=1))
    assert messenger(house, way).send_due() == 1
    assert [name for name, _ in way.taken] == [one.message.id]
    assert posted(house, wearer)[0].state is Delivery.SENT


def test_a_dead_server_costs_no_entry_and_no_opening(house, wearer):
    low(house, house.monitor(), wearer, 25.0)
    before = size(house)
    with pytest.raises(NobodyThere):
        messenger(house, Way("away")).send_due()
    assert size(house) == before
    assert posted(house, wearer)[0].attempts == 0


def test_what_a_messenger_was_sending_when_it_died_is_sent_again(house, wearer):
    low(house, house.monitor(), wearer, 25.0)
    with pytest.raises(RuntimeError):
        messenger(house, Way(RuntimeError)).send_due()
    assert posted(house, wearer)[0].state is Delivery.SENDING
    way = Way()
    assert messenger(house, way).send_due() == 1
    [one] = posted(house, wearer)
    assert (one.state, one.attempts, len(way.taken)) == (Delivery.SENT, 2, 1)


def test_a_folder_is_asked_first_whether_a_message_is_there(house, wearer, tmp_path):
    low(house, house.monitor(), wearer, 25.0)

    class Dies(FolderCarrier):
        def take(self, *given):
            super().take(*given)
            raise RuntimeError

    folder = tmp_path / "messages"
    with pytest.raises(RuntimeError):
        messenger(house, Dies(folder, SENDER, {}, NobodyThere)).send_due()
    assert messenger(house, FolderCarrier(folder, SENDER, {}, NobodyThere)).send_due() == 0
    [one] = posted(house, wearer)
    assert (one.state, one.attempts) == (Delivery.SENT, 1)
    [file] = folder.iterdir()
    assert (folder.stat().st_mode & 0o077, file.stat().st_mode & 0o077) == (0, 0)
    letter = email.message_from_bytes(file.read_bytes())
    assert letter["Message-ID"] == f"<{one.message.id}@deployer.example>"


@pytest.mark.parametrize("mode", [0o755, 0o750])
def test_a_folder_that_others_may_enter_takes_nothing(house, wearer, tmp_path, mode):
    low(house, house.monitor(), wearer, 25.0)
    folder = tmp_path / "messages"
    folder.mkdir(mode=mode)
    folder.chmod(mode)
    with pytest.raises(NobodyThere):
        messenger(house, FolderCarrier(folder, SENDER, {}, NobodyThere)).send_due()


def test_an_address_that_was_taken_back_is_not_opened(house, wearer):
    low(house, house.monitor(), wearer, 25.0)
    withdraw_contact(house.store, wearer.case.id, ANA)
    way = Way()
    assert messenger(house, way).send_due() == 0
    [one] = posted(house, wearer)
    assert (one.state, one.setback, way.taken) == (Delivery.FAILED, Setback.SHUT, [])


def test_every_attempt_is_an_entry_of_its_own_that_opens_once(house, wearer):
    low(house, house.monitor(), wearer, 25.0)
    messenger(house, Way()).send_due()
    with house.store.reading() as view:
        rows = view.entries(0, 1000)
    [index] = [row.index for row in rows if b'"message.opened"' in row.body]
    with pytest.raises(OpeningRefused):
        list(house.vault.open(index))


@pytest.mark.parametrize(("attempt", "by"), [(2, MESSENGER), (13, MESSENGER), (0, MESSENGER)])
def test_the_vault_opens_no_address_for_an_attempt_out_of_order(house, wearer, attempt, by):
    low(house, house.monitor(), wearer, 25.0)
    [one] = posted(house, wearer)
    house.vault.checkpoint()
    with unguarded(house) as act:
        record = MessageOpened(one.message.id, wearer.case.id, attempt, act.now)
        index = act.write(Entry(kind_of(record), by, wearer.case.person_id), record)
    with pytest.raises(OpeningRefused, match="next attempt"):
        list(house.vault.open(index))


def test_the_vault_follows_no_attempt_by_anyone_but_the_messenger(house, wearer):
    low(house, house.monitor(), wearer, 25.0)
    [one] = posted(house, wearer)
    with house.store.acting() as act:
        record = MessageOpened(one.message.id, wearer.case.id, 1, act.now)
        index = act.write(Entry(kind_of(record), ANA, wearer.case.person_id), record)
    with pytest.raises(OpeningRefused, match="another account"):
        list(house.vault.open(index))


@contextmanager
def unguarded(house):
    """As who owns the database would write: without the store's own law."""
    with hands_on(house) as hand:
        hand.drop_rules("outbox")
    with house.store.acting() as act:
        yield act


def test_no_address_stands_in_the_store(house, wearer):
    low(house, house.monitor(), wearer, 25.0)
    messenger(house, Way()).send_due()
    assert b"sample.example" not in bytes_of(house)


def test_the_built_in_words_name_no_tag_no_authority_and_not_us(house, wearer, tmp_path):
    low(house, house.monitor(), wearer, 25.0)
    end_decision(house.store, house.chance, decisions(house, wearer)[0].id, Move.WITHDRAW, Ender(BO))
    folder = tmp_path / "messages"
    assert messenger(house, FolderCarrier(folder, SENDER, {}, NobodyThere)).send_due() == 2
    telling = re.compile(
        r"\b(tags?|tagged|devices?|monitor\w*|custodiet|authorit\w+|court|police|home office|immigration|bail|gps|"
        r"position\w*|location|battery|curfew|condition\w*|scheme|case)\b",
        re.IGNORECASE,
    )
    for file in folder.iterdir():
        assert telling.search(file.read_text()) is None


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b", "a b@c.example", "a@c.example\nBcc: x@y.example", "ä@c.example"]
)
def test_what_is_no_address_is_not_kept(house, address):
    person = house.person()
    house.issue_keys()
    with pytest.raises(IllegalValue):
        reach(house, person, Destination(address))


def test_a_process_gives_no_address(house):
    person = house.person()
    house.issue_keys()
    with pytest.raises(NotPermitted):
        give_contact(
            house.store, house.sealer, house.pinned, zone_as_of, person.case.id, TO, "Etc/UTC", ActorId("messenger")
        )


def test_the_tables_of_messages_follow_from_records_alone(house, wearer):
    from custodiet.flows.open_sealed import ask_verify_tables

    low(house, house.monitor(), wearer, 25.0)
    messenger(house, Way(Setback.LATER)).send_due()
    counts = ask_verify_tables(house.store, house.vault, ANA)
    assert {name: count for name, count in counts.items() if name in ("missing", "differing")} in (
        {},
        {"missing": 0, "differing": 0},
    )


# --- to those who watch -----------------------------------------------------------------------------------------

OFFICE = "watch@deployer.example"


@pytest.fixture
def alone(house):
    """Somebody of whom an operator has just looked alone, at night; and they have an address of their own."""
    one = Endangered(house, fixes=6)
    reach(house, one.person)
    house.clock.set(house.clock.now().replace(hour=23))
    one.break_glass(window=one.last(1))
    return one


def words_to_the_office(house, one):
    return [each for each in posted(house, one.person) if each.message.channel is Channel.OFFICE]


class NoVault:
    """Whatever is asked of it fails the test."""


def test_whoever_watches_is_told_at_once_that_somebody_looked_alone_and_no_address_is_opened_for_it(house, alone):
    [word] = words_to_the_office(house, alone)
    assert (word.state, word.message.template) == (Delivery.WAITING, Template.ASSESS)
    assert word.message.not_before == house.clock.now()
    way, opened = Way(), kinds_written(house).count("message.opened")
    assert messenger(house, way, OFFICE, NoVault()).send_due() == 1
    assert way.taken == [(word.message.id, Destination(OFFICE))]
    [word] = words_to_the_office(house, alone)
    assert (word.state, word.attempts) == (Delivery.SENT, 1)
    assert kinds_written(house)[-2:] == ["office.written", "message.settled"]
    assert kinds_written(house).count("message.opened") == opened
    assert messenger(house, way, OFFICE).send_due() == 0


def test_it_names_no_case_no_device_no_authority_and_not_what_was_done(house, alone, tmp_path):
    folder = tmp_path / "out"
    assert messenger(house, FolderCarrier(folder, SENDER, {}, NobodyThere), OFFICE).send_due() == 1
    [file] = folder.glob("*.eml")
    letter = email.message_from_bytes(file.read_bytes())
    assert (letter["To"], letter["Subject"]) == (OFFICE, "Something waits for you")
    with house.store.reading() as view:
        controller = scheme_at(view, alone.person.case.scheme_id, house.clock.now()).controller
    never = (alone.person.case.reference, alone.person.device.serial, controller, OPE, "custodiet", "tag", "glass")
    for word in (*never, "look", "alone", "monitor", "danger", "life", "46.5"):
        assert word.lower() not in file.read_text().lower(), word


def test_where_nobody_gave_an_address_for_them_it_fails_at_once_and_says_so(house, alone):
    way = Way()
    assert messenger(house, way).send_due() == 0
    [word] = words_to_the_office(house, alone)
    assert (word.state, word.setback, way.taken) == (Delivery.FAILED, Setback.SHUT, [])


def test_a_server_that_is_away_holds_it_up_and_it_leaves_under_the_same_name(house, alone):
    [word] = words_to_the_office(house, alone)
    way = Way(Setback.LATER)
    assert messenger(house, way, OFFICE).send_due() == 1
    house.clock.pass_(timedelta(minutes=1))
    assert messenger(house, way, OFFICE).send_due() == 1
    assert way.taken == [(word.message.id, Destination(OFFICE))]
    [word] = words_to_the_office(house, alone)
    assert (word.state, word.attempts) == (Delivery.SENT, 2)


def test_what_a_dead_messenger_was_sending_to_the_office_is_sent_again(house, alone):
    way = Way(RuntimeError)
    with pytest.raises(RuntimeError):
        messenger(house, way, OFFICE).send_due()
    [word] = words_to_the_office(house, alone)
    assert (word.state, way.taken) == (Delivery.SENDING, [])
    assert messenger(house, way, OFFICE).send_due() == 1
    [word] = words_to_the_office(house, alone)
    assert (word.state, word.attempts) == (Delivery.SENT, 2)


def test_the_tables_say_what_the_records_say_of_it(house, alone):
    messenger(house, Way(), OFFICE).send_due()
    assert house.verify()["differing"] == 0

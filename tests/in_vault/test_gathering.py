"""What the vault gathers and folds of each session is what the frames say, whatever came, went or broke meanwhile."""

from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest
from support.house import ANA, START

from custodiet.adapters import sealing
from custodiet.adapters.gathered_pieces import SqliteGatheredPieces
from custodiet.flows.end_decision import resume_decision, suspend_decision
from custodiet.flows.in_vault import gathering as gathering_file
from custodiet.flows.in_vault.gathering import Gathering
from custodiet.flows.in_vault.stored_fixes import StoredFixes
from custodiet.flows.in_vault.unsealing import Unsealing, session_key
from custodiet.model.condition import Interval
from custodiet.model.errors import CannotRecord, OpeningRefused
from custodiet.model.stored import Gathered
from custodiet.model.times import to_ms
from custodiet.rules.decisions import Ender
from custodiet.wire.frame import fixes_context, piece_of, time_context, unpack_directory, unpack_fix
from custodiet.wire.gathered import read_gathered

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LONG_AFTER = START + 3 * DAY


class Vault:
    """What a vault keeps of a house's store, in a file, and its upkeep step by step."""

    def __init__(self, house, path):
        self.house, self.path = house, path
        self.start()

    def start(self):
        self.kept = SqliteGatheredPieces(self.path)
        self.gathering = Gathering(self.house.store, self.kept, self.house.vault_keys, sealing, self.house.chance)
        self.stored = StoredFixes(self.house.store, self.gathering, self.house.vault_keys, sealing)

    def restart(self):
        self.kept.close()
        self.start()

    def take_in(self):
        while self.gathering.take_in():
            pass

    def fold(self, now=LONG_AFTER):
        self.gathering._folds_at = None  # an hour later
        while self.gathering.fold_some(now):
            pass

    def of(self, person, window=None):
        """When each fix was that opens."""
        return [at for _, rows in self.stored.rows(person.case.person_id, window) for _, at, *_ in rows]


def as_the_frames_say(house, person):
    """The same, piece by piece out of the frames."""
    found = []
    with house.store.reading() as view:
        sessions = view.sessions_of(person.case.person_id)
        frames = view.frames(-1, 10_000)
        for no, session in sessions.items():
            opens = Unsealing(house.vault_keys, sealing, session)
            for _, frame in frames:
                gone = view.removed_in(frame.partition, frame.number)
                for position, row in enumerate(unpack_directory(frame.directory)):
                    if row.session_no == no and position not in gone:
                        found.append(to_ms(unpack_fix(opens.plain(piece_of(frame.sealed, row), row.fix_ms)).fix_time))
    return sorted(found)


@pytest.fixture
def vault(house, tmp_path):
    made = Vault(house, tmp_path / "pieces.db")
    yield made
    made.kept.close()


@pytest.fixture
def written_at_once(monkeypatch):
    monkeypatch.setattr(gathering_file, "FRAMES_IN_MEMORY", 1)


def walker(house, serial="TAG", fixes=3):
    person = house.person(serial)
    person.decision = house.decide(person)
    person.monitor = house.monitor(f"m-{serial}")
    walk(house, person, fixes)
    return person


def walk(house, person, fixes):
    for _ in range(fixes):
        assert house.say(person.monitor, person) == "kept"
        house.clock.pass_(MINUTE)


def test_fixes_are_the_same_in_memory_written_and_folded(house, vault, written_at_once):
    person = walker(house)
    frames = as_the_frames_say(house, person)
    assert len(frames) == 3
    assert vault.of(person) == frames
    vault.fold()
    [number] = [no for no in range(9) if vault.kept.of(no).folded]
    assert vault.kept.of(number).loose == b""
    assert vault.of(person) == frames
    vault.restart()
    assert vault.of(person) == frames


def test_what_waits_in_memory_is_gathered_again_after_a_restart(house, vault):
    person = walker(house)
    assert len(vault.of(person)) == 3
    assert vault.kept.newest() is None
    vault.restart()
    assert vault.of(person) == as_the_frames_say(house, person)


def test_a_window_gives_what_is_timed_in_it_and_opens_no_other_piece(house, vault, written_at_once):
    person = walker(house, fixes=4)
    window = Interval(START + MINUTE, START + 3 * MINUTE)
    inside = [to_ms(START + MINUTE), to_ms(START + 2 * MINUTE)]
    assert vault.of(person, window) == inside
    vault.fold()
    assert vault.of(person, window) == inside
    assert vault.of(person, Interval(START + DAY, START + 2 * DAY)) == []


def test_a_window_gives_what_is_timed_in_it_in_order_of_storing_whatever_that_is(house, vault, written_at_once):
    person = walker(house, fixes=0)
    late = [START + number * MINUTE for number in (2, 0, 3, 1)]
    house.clock.pass_(5 * MINUTE)
    for at in late:
        assert house.say(person.monitor, person, at) == "kept"
    windows = [(0, 4), (1, 4), (0, 3), (1, 3), (4, 9)]
    stored = [to_ms(at) for at in late]
    for fold in (False, True):
        if fold:
            vault.fold()
        for first, until in windows:
            window = Interval(START + first * MINUTE, START + until * MINUTE)
            inside = [at for at in stored if to_ms(window.from_at) <= at < to_ms(window.to_at)]
            assert vault.of(person, window) == inside
    assert vault.of(person) == stored


def test_a_look_sees_the_store_in_one_view_when_all_is_gathered(house, vault, monkeypatch):
    person, views = walker(house), []
    vault.take_in()
    plain = house.store.reading
    monkeypatch.setattr(house.store, "reading", lambda: views.append(1) or plain())
    assert len(vault.of(person)) == 3
    assert len(views) == 1


def test_a_session_that_begins_during_a_look_is_not_given_without_its_fixes(house, vault, monkeypatch):
    person, follow, meanwhile = walker(house), Gathering.follow, []

    def followed(gathering, view):
        more = follow(gathering, view)
        if not more and not meanwhile:
            meanwhile.append(DAY)
            house.clock.pass_(DAY)  # what is sent now is of another day, and so of another session
            person.monitor.refresh()
            walk(house, person, 1)
        return more

    monkeypatch.setattr(Gathering, "follow", followed)
    assert [len(rows) for _, rows in vault.stored.rows(person.case.person_id)] == [3]
    assert [len(rows) for _, rows in vault.stored.rows(person.case.person_id)] == [3, 1]


def test_a_day_is_folded_an_hour_after_its_end_and_not_before(house, vault, written_at_once):
    person = walker(house)
    vault.take_in()
    end = START.replace(hour=0) + DAY
    for now, folded in ((end + 59 * MINUTE, 0), (end + 60 * MINUTE, 1)):
        vault.fold(now)
        assert sum(vault.kept.of(no).folded is not None for no in range(9)) == folded
    assert len(vault.of(person)) == 3


def test_a_day_is_folded_whole_with_what_waits_in_memory(house, vault):
    person = walker(house)
    vault.take_in()
    assert vault.kept.newest() is None
    vault.fold()
    [number] = [no for no in range(9) if vault.kept.of(no).folded]
    assert vault.gathering.of(number) == Gathered(b"", vault.kept.of(number).folded)
    assert vault.of(person) == as_the_frames_say(house, person)
    vault.restart()
    assert vault.of(person) == as_the_frames_say(house, person)


def test_what_waits_is_written_for_folding_once_a_day_and_not_each_time(house, vault):
    person = walker(house)
    vault.take_in()
    vault.fold()
    written = vault.kept.newest()
    walk(house, person, 1)
    vault.take_in()
    vault.fold(LONG_AFTER + MINUTE)
    assert vault.kept.newest() == written
    vault.fold(LONG_AFTER + DAY)
    assert vault.kept.newest() > written
    assert vault.kept.loose_after(-1, 9) == []


def test_what_comes_after_a_day_was_folded_is_folded_with_it(house, vault, written_at_once):
    person = walker(house)
    vault.take_in()
    vault.fold()
    walk(house, person, 2)
    assert len(vault.of(person)) == 5
    vault.fold()
    assert vault.kept.loose_after(-1, 9) == []
    assert vault.of(person) == as_the_frames_say(house, person)


@pytest.mark.parametrize("when", ["in memory", "written", "folded", "not yet gathered"])
def test_a_removed_fix_is_gone_wherever_it_had_come_to(house, vault, monkeypatch, when):
    if when != "in memory":
        monkeypatch.setattr(gathering_file, "FRAMES_IN_MEMORY", 1)
    person = walker(house)
    now = house.clock.now()
    assert house.say(person.monitor, person, now + 4 * MINUTE) == "kept"
    if when != "not yet gathered":
        assert len(vault.of(person)) == 4
    if when == "folded":
        vault.fold()
    house.clock.pass_(MINUTE)
    suspend_decision(house.store, person.decision.id, Ender(ANA))
    assert vault.of(person) == as_the_frames_say(house, person)
    assert len(vault.of(person)) == 3
    vault.restart()
    assert len(vault.of(person)) == 3


def test_after_a_removal_nothing_of_before_lies_in_the_log_beside_the_file(house, vault, written_at_once):
    person = walker(house)
    house.say(person.monitor, person, house.clock.now() + 4 * MINUTE)
    vault.take_in()
    house.clock.pass_(MINUTE)
    suspend_decision(house.store, person.decision.id, Ender(ANA))
    vault.take_in()
    assert vault.path.with_name("pieces.db-wal").stat().st_size == 0


def test_copies_that_are_damaged_inside_are_gathered_anew(house, vault, written_at_once):
    person = walker(house, fixes=40)
    frames = as_the_frames_say(house, person)
    assert vault.of(person) == frames
    vault.kept.close()
    body = bytearray(vault.path.read_bytes())
    for page in range(1, len(body) // 16_384):
        body[page * 16_384 : page * 16_384 + 512] = bytes(512)
    vault.path.write_bytes(body)
    vault.start()
    with suppress(CannotRecord):  # whoever comes upon it asks again
        vault.of(person)
    assert vault.of(person) == frames
    assert vault.kept.times_lost == 1


def test_what_cannot_be_written_is_not_heaped_up_and_is_gathered_again(house, vault, monkeypatch):
    monkeypatch.setattr(gathering_file, "FRAMES_IN_MEMORY", 2)
    monkeypatch.setattr(gathering_file, "_FRAMES_AT_ONCE", 1)
    person = walker(house, fixes=1)
    vault.take_in()
    with monkeypatch.context() as full:
        full.setattr(vault.kept, "add", cannot)
        for _ in range(5):
            walk(house, person, 1)
            with suppress(CannotRecord):
                vault.take_in()
            assert vault.gathering._frames <= 2
    assert vault.of(person) == as_the_frames_say(house, person)


def cannot(*_):
    raise CannotRecord("full")


def test_a_clock_that_was_ahead_for_a_look_keeps_nothing_from_being_folded(house, vault, written_at_once):
    person = walker(house)
    vault.take_in()
    vault.fold(LONG_AFTER + 365 * DAY)
    walk(house, person, 1)
    vault.take_in()
    while vault.gathering.fold_some(LONG_AFTER):
        pass
    assert vault.kept.loose_after(-1, 9) == []


def test_a_window_until_midnight_opens_nothing_of_the_day_that_begins_then(house, vault):
    person = walker(house, fixes=1)
    house.clock.pass_(DAY)
    house.issue_keys()
    walk(house, person, 1)
    midnight = START.replace(hour=0) + DAY
    found = vault.stored.rows(person.case.person_id, Interval(midnight - DAY, midnight))
    assert [session.day for session, _ in found] == [START.date()]


def test_what_is_taken_out_leaves_no_bytes_in_the_file(house, vault, written_at_once):
    walker(house)
    vault.take_in()
    vault.fold()
    [number] = [no for no in range(9) if vault.kept.of(no).folded]
    folded = vault.kept.of(number).folded
    vault.kept._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert folded[:64] in vault.path.read_bytes()
    vault.kept.put({number: Gathered(b"", None)})
    vault.kept._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert folded[:64] not in vault.path.read_bytes()


def test_copies_of_another_store_are_forgotten_and_what_stands_here_is_found(house, vault, written_at_once):
    """As after a restore: the numbers of frames and sessions come again for something else."""
    person = walker(house)
    assert len(vault.of(person)) == 3
    seq, digest = vault.kept.newest()
    vault.kept.add({99: b"of others"}, seq + 1, b"of a log that a restore closed")
    vault.restart()
    assert vault.of(person) == as_the_frames_say(house, person)
    assert vault.kept.newest() == (seq, digest)
    assert vault.kept.of(99) == Gathered(b"", None)


def test_copies_that_followed_a_removal_which_a_restore_undid_are_forgotten(house, vault, written_at_once, tmp_path):
    person = walker(house)
    assert house.say(person.monitor, person, house.clock.now() + 4 * MINUTE) == "kept"
    vault.take_in()
    with house.copied(tmp_path / "before.db") as before:
        house.clock.pass_(MINUTE)
        suspend_decision(house.store, person.decision.id, Ender(ANA))
        assert len(vault.of(person)) == 3
        house.store.close()
        house.store = before.open(house.clock, house.chance)
        vault.restart()
        assert len(vault.of(person)) == 4 == len(as_the_frames_say(house, person))
        house.store.close()


@pytest.mark.parametrize("part", ["loose", "folded"])
def test_copies_that_somebody_changed_open_nothing(house, vault, written_at_once, part):
    person = walker(house)
    vault.take_in()
    if part == "folded":
        vault.fold()
    [number] = [no for no in range(9) if vault.kept.of(no) != Gathered(b"", None)]
    kept = vault.kept.of(number)
    for at in (-1, 25):
        changed = {name: bytearray(body) for name in ("loose", "folded") if (body := getattr(kept, name))}
        changed[part][at] ^= 1
        of = {name: bytes(body) for name, body in changed.items()}
        vault.kept.put({number: Gathered(of.get("loose", b""), of.get("folded"))})
        with pytest.raises(OpeningRefused):
            vault.of(person)


@pytest.mark.parametrize("byte", [0, 1, 8], ids=["version", "time", "time by far"])
def test_a_piece_that_says_another_time_or_form_than_is_said_of_it_opens_nothing(house, vault, written_at_once, byte):
    """Even one that whoever has the session's key has sealed for that very time."""
    person = walker(house)
    vault.take_in()
    [number] = vault.kept.loose_after(-1, 9)
    with house.store.reading() as view:
        session = view.session(number)
    loose = vault.kept.of(number).loose
    *_, (_, _, at, piece) = read_gathered(loose)
    plain = bytearray(Unsealing(house.vault_keys, sealing, session).plain(piece, at))
    plain[byte] ^= 1
    context, key = fixes_context(session) + time_context(at), session_key(house.vault_keys, sealing, session)
    other = sealing.seal_under(key, house.chance.draw(12), bytes(plain), context)
    vault.kept.put({number: Gathered(loose[: -len(piece)] + other, None)})
    with pytest.raises(OpeningRefused):
        vault.of(person)
    vault.fold()
    assert vault.kept.of(number).folded is None


def test_another_sessions_copies_open_nothing(house, vault, written_at_once):
    one, other = walker(house), walker(house, "TAG-2")
    vault.take_in()
    for fold in (False, True):
        if fold:
            vault.fold()
        [mine, theirs] = [no for no in range(9) if vault.kept.of(no) != Gathered(b"", None)]
        kept = {no: vault.kept.of(no) for no in (mine, theirs)}
        vault.kept.put({mine: kept[theirs], theirs: kept[mine]})
        for person in (one, other):
            with pytest.raises(OpeningRefused):
                vault.of(person)
        vault.kept.put(kept)
    assert len(vault.of(one)) == len(vault.of(other)) == 3


def test_a_session_that_somebody_broke_stays_as_it_is_and_whoever_opens_it_is_told(house, vault, written_at_once):
    person, other = walker(house), walker(house, "TAG-2")
    vault.take_in()
    [number, _] = vault.kept.loose_after(-1, 9)
    broken = vault.kept.of(number).loose
    vault.kept.put({number: Gathered(broken[:-1] + bytes([broken[-1] ^ 1]), None)})
    vault.fold()
    assert vault.kept.loose_after(-1, 9) == [number]
    with pytest.raises(OpeningRefused):
        vault.of(person)
    assert len(vault.of(other)) == 3


def test_with_the_kms_away_nothing_is_folded(house, monkeypatch, written_at_once):
    walker(house)
    monkeypatch.setattr(house.kms, "require", lambda _: (_ for _ in ()).throw(OpeningRefused("away")))
    house.clock.pass_(3 * DAY)
    folded = []
    monkeypatch.setattr(house.vault._gathering, "_fold", lambda *told: folded.append(told))
    while house.vault.take_in():
        pass
    assert folded == []


@pytest.mark.parametrize("seed", range(4))
def test_whatever_comes_and_goes_what_opens_is_what_the_frames_say(house, vault, monkeypatch, seed):
    random = Random(seed)
    monkeypatch.setattr(gathering_file, "FRAMES_IN_MEMORY", 3)
    people = [walker(house, f"TAG-{number}", fixes=1) for number in range(3)]
    for _ in range(25):
        person = random.choice(people)
        match random.choice(["walk", "walk", "ahead", "take in", "fold", "restart", "look"]):
            case "walk":
                walk(house, person, 1)
            case "ahead":
                house.say(person.monitor, person, house.clock.now() + 3 * MINUTE)
                suspend_decision(house.store, person.decision.id, Ender(ANA))
                house.clock.pass_(5 * MINUTE)
                resume_decision(house.store, person.decision.id, Ender(ANA))
                person.monitor.refresh()
            case "take in":
                vault.gathering.take_in()
            case "fold":
                vault.fold()
            case "restart":
                vault.restart()
            case "look":
                assert sorted(vault.of(person)) == as_the_frames_say(house, person)
    for person in people:
        assert sorted(vault.of(person)) == as_the_frames_say(house, person) != []

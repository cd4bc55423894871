"""Breaking the glass: narrow, seldom, seen by the person, and assessed by a second person within a day."""

from datetime import timedelta

import pytest
from support.assessing import kinds_written, tasks
from support.glass import WHY_ALONE, Endangered
from support.house import COURT, House
from support.looking import HOUR, MINUTE
from support.staff import AOS, CAI, DPO, OPE

from custodiet.flows.end_decision import end_decision
from custodiet.flows.keep_caseload import declare_conflict
from custodiet.flows.looking import recording
from custodiet.flows.open_case_record import open_glass_reason
from custodiet.flows.permitting import Permitted, the_case, the_glass
from custodiet.main.pages import read_policy
from custodiet.model.act import Act
from custodiet.model.case import TaskKind
from custodiet.model.condition import Interval
from custodiet.model.entry import EntryKind
from custodiet.model.errors import NotPermitted, OpeningRefused, VaultUnavailable
from custodiet.model.glass import BY_ONE_MAX
from custodiet.model.glass_record import GlassBroken
from custodiet.model.look_up import Attempt, Precision
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.records import read_record

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """One place; each sentence begins a day later with everything assessed: none uses up another's."""
    house = House(tmp_path_factory.mktemp("glass"))
    yield Endangered(house, fixes=0)
    house.close()


@pytest.fixture(autouse=True)
def a_day_later(one):
    one.house.clock.pass_(DAY)
    one.assess_all()
    one.house.issue_keys()
    one.walk(12)


def refusals(one):
    with one.house.store.reading() as view:
        return [(told.attempt, told.by, told.codes) for told, _ in view.looks_refused(one.case_id)]


def refused(one, code, **given):
    """For this, and it is recorded with every reason; nothing opened."""
    before, looked = len(refusals(one)), kinds_written(one.house).count("glass.broken")
    with pytest.raises(NotPermitted, match=f"{code}:"):
        one.break_glass(**given)
    assert len(refusals(one)) == before + 1
    attempt, by, codes = refusals(one)[0]
    assert (attempt, by) == (Attempt.BREAK_GLASS, given.get("by", OPE))
    assert code in codes
    assert kinds_written(one.house).count("glass.broken") == looked


def test_it_opens_two_hours_at_once_and_asks_the_data_protection_officer(one):
    before = len(tasks(one.house, TaskKind.ASSESS_GLASS))
    opened = one.break_glass()
    assert len(opened.places) == 12
    asked = tasks(one.house, TaskKind.ASSESS_GLASS)
    assert len(asked) == before + 1
    assert max(task.due_at for task in asked) == one.house.clock.now() + DAY
    with pytest.raises(OpeningRefused, match="opens nothing"):
        list(one.house.vault.open(opened.index))


def test_as_coarse_as_was_asked_and_no_more_than_the_window(one):
    opened = one.break_glass(precision=Precision.KM_1, window=Interval(one.last().from_at, one.last(1).from_at))
    assert len(opened.places) == 6
    assert all(place.accuracy_m >= 500 for place in opened.places)


def test_what_is_wider_older_ahead_unsaid_or_untried_is_refused_and_recorded(one):
    now = one.house.clock.now()
    refused(one, "no_reason", why=" ")
    refused(one, "nothing_tried", tried=())
    refused(one, "too_wide", window=Interval(now - 2 * HOUR - MINUTE, now))
    refused(one, "too_long_ago", window=Interval(now - DAY - MINUTE, now - 23 * HOUR))
    refused(one, "ahead", window=Interval(now - HOUR, now + MINUTE))


def test_what_was_found_unauthorised_stays_hidden_and_what_nobody_authorised_is_told_apart(house):
    one = Endangered(house, fixes=6)
    end_decision(house.store, house.chance, one.decision.id, Move.ANNUL, Ender(COURT, authority=True))
    refused(one, "quarantined")
    house.clock.pass_(3 * HOUR)
    refused(one, "not_authorised")


def test_so_many_a_day_by_one_account_and_one_that_gave_nothing_counts(one):
    class Gone:
        def open(self, index):
            raise VaultUnavailable("away")

    with pytest.raises(VaultUnavailable):
        one.break_glass(vault=Gone())
    for _ in range(BY_ONE_MAX - 1):
        one.break_glass()
    refused(one, "too_often")
    one.house.clock.pass_(DAY)
    refused(one, "not_assessed")


def test_whoever_was_not_assessed_in_time_looks_alone_no_more_until_they_are(one):
    one.break_glass()
    late = one.newest().glass.id
    one.house.clock.pass_(DAY)
    one.house.issue_keys()
    one.walk(1)
    refused(one, "not_assessed")
    with one.house.store.reading() as view:
        assert view.glass(late).is_late(one.house.clock.now())
    one.assess(late, DPO)
    assert one.break_glass().places


def test_a_second_person_says_once_and_in_words_whether_it_was_needed(one):
    house = one.house
    one.break_glass()
    glass_id = one.newest().glass.id
    for by, words, code in ((OPE, "It was.", "own_look"), (DPO, " ", "no_words")):
        with pytest.raises(NotPermitted, match=f"{code}:"):
            one.assess(glass_id, by, words)
    open_before = len(tasks(house, TaskKind.ASSESS_GLASS))
    one.assess(glass_id, DPO, "Nobody was in danger.", upheld=False)
    standing = one.newest()
    assert (standing.upheld, standing.assessed_by) == (False, DPO)
    assert len(tasks(house, TaskKind.ASSESS_GLASS)) == open_before - 1
    with pytest.raises(NotPermitted, match="assessed:"):
        one.assess(glass_id, DPO)


def test_of_two_that_are_due_at_one_time_the_one_that_was_assessed_is_done(one):
    house = one.house
    before = {task.id for task in tasks(house, TaskKind.ASSESS_GLASS)}
    looks = []
    for _ in range(2):
        one.break_glass()
        looks.append(one.newest().glass)
    first, second = looks
    assert first.assess_by == second.assess_by
    [task_of_first, task_of_second] = [raised(house, glass.id) for glass in looks]
    one.assess(second.id, DPO)
    left = {task.id for task in tasks(house, TaskKind.ASSESS_GLASS)} - before
    assert left == {task_of_first}
    one.assess(first.id, DPO)
    assert not {task_of_first, task_of_second} & {task.id for task in tasks(house, TaskKind.ASSESS_GLASS)}


def raised(house, glass_id):
    """The task that the record of a look raised."""
    with house.store.reading() as view:
        for row in view.entries(0, 100_000):
            record = read_record(row.record)
            if isinstance(record, GlassBroken) and record.glass.id == glass_id:
                return record.tasks[0].id
    return None


def test_whoever_is_to_assess_it_reads_why_and_nobody_else_and_no_longer_afterwards(one):
    house = one.house
    one.break_glass()
    glass_id = one.newest().glass.id
    assert open_glass_reason(house.store, house.vault, glass_id, DPO, "sitting") == WHY_ALONE
    with pytest.raises(NotPermitted, match="own_look:"):
        open_glass_reason(house.store, house.vault, glass_id, OPE, "sitting")
    with pytest.raises(OpeningRefused, match="does not wait for them"):
        open_glass_reason(house.store, house.vault, glass_id, AOS, "sitting")
    one.assess(glass_id, DPO)
    with pytest.raises(NotPermitted, match="assessed:"):
        open_glass_reason(house.store, house.vault, glass_id, DPO, "sitting")


def test_the_policy_lets_an_operator_look_and_the_data_protection_officer_assess_and_records_the_others(one):
    house, policy = one.house, read_policy()

    def store(by, since_s=0):
        refusal = recording(one.case_id, Attempt.BREAK_GLASS, by)
        about = lambda view, at: the_case(view, one.case_id, at)  # noqa: E731 - as a page says it
        return Permitted(house.store, policy, by, Act.BREAK_GLASS, about, since_s, refusal)

    for by in (CAI, AOS, DPO):
        before = len(refusals(one))
        with pytest.raises(NotPermitted, match="not_your_function:"), store(by).acting():
            raise AssertionError
        assert len(refusals(one)) == before + 1
    with pytest.raises(NotPermitted, match="sign_in_again:"), store(OPE, 901).acting():
        raise AssertionError
    with store(OPE).acting():
        pass
    one.break_glass()
    glass_id = one.newest().glass.id
    for by, is_let in ((DPO, True), (AOS, False), (OPE, False)):
        who = Permitted(house.store, policy, by, Act.ASSESS_GLASS, lambda view, at: the_glass(view, glass_id, at), 0)
        if is_let:
            with who.acting():
                pass
        else:
            with pytest.raises(NotPermitted, match="not_your_function:"), who.acting():
                raise AssertionError


def test_an_operator_with_a_conflict_of_interest_looks_at_nothing(house):
    one = Endangered(house, fixes=6)
    declare_conflict(house.store, one.case_id, OPE, OPE)
    refused(one, "conflict")


def test_each_step_stands_in_the_ledger_under_the_persons_handle(one):
    one.break_glass()
    one.assess(one.newest().glass.id, DPO)
    kinds = kinds_written(one.house)
    assert EntryKind.GLASS_BROKEN in kinds
    assert EntryKind.GLASS_ASSESSED in kinds
    assert EntryKind.TASK_DONE in kinds
    assert one.house.verify()["differing"] == 0

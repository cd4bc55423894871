"""What somebody could learn from how long an answer takes: counted in work, not in time.

Statements put to the store, calls for the vault's keys, and pieces that are unsealed. Where two answers are to be
told apart by nothing but their words, the work behind them is the same.
"""

from collections import Counter

import pytest
from msgspec.structs import replace
from sqlalchemy import event
from support.house import House, report
from support.in_process import client_of, place_of
from support.looking import EVENINGS, HOME, HOUR, MINUTE, Looked, quarter
from support.staff import AOS, CAI, CEM, OPE, REQ
from support.unmasking import AT_HOME, CHURCH, Visited

from custodiet.flows.in_vault import unsealing
from custodiet.main.pages import read_policy
from custodiet.model.condition import ConditionKind
from custodiet.model.look_up import Answer

FAR = 46.6


class Work:
    """What was done: statements of the store, calls of the vault, pieces unsealed."""

    def __init__(self, house, monkeypatch):
        self.house, self.done = house, Counter()
        event.listen(house.store._engine, "before_cursor_execute", self._statement)
        for name in ("get", "is_destroyed", "remember_opening"):
            self._count(monkeypatch, house.keystore, name)
        self._count(monkeypatch, house.vault, "open")
        self._count(monkeypatch, unsealing, "time_context", "unsealed")  # made for each piece that is opened

    def _statement(self, _connection, _cursor, statement, *_):
        self.done[" ".join(statement.split())[:60]] += 1

    def _count(self, monkeypatch, whole, name, told=None):
        plain = getattr(whole, name)

        def counted(*given):
            self.done[told or name] += 1
            return plain(*given)

        monkeypatch.setattr(whole, name, counted)

    def of(self, do):
        """What an act gives, and what was done for it."""
        self.done.clear()
        given = do()
        return given, dict(self.done)


class Somewhere(Looked):
    """An hour at home, an hour far away, an hour of fixes that could be either, an hour of none."""

    def __init__(self, house):
        super().__init__(house, zones=[(ConditionKind.CURFEW, HOME, EVENINGS)], fixes=18)
        self.until = house.clock.now()

    def walk(self, fixes):
        self.hours = [quarter(self.house.clock.now() + HOUR)]
        self.house.clock.set(self.hours[0])
        for hour, lat in enumerate((AT_HOME, FAR, None)):
            for number in range(12):
                if number % 2 == 0:
                    self.monitor.refresh()
                at = self.house.clock.now()
                told = report(self.person.device.serial, at, lat=lat or AT_HOME)
                if lat is None:
                    told = replace(told, fix=replace(told.fix, accuracy_m=5000.0))
                self.house.post(self.monitor, self.person.token, told)
                self.house.clock.pass_(5 * MINUTE)
            self.hours.append(self.hours[0] + (hour + 1) * HOUR)
        self.house.clock.pass_(HOUR)


def test_a_question_does_the_same_work_whatever_the_answer(house, monkeypatch):
    one = Somewhere(house)
    one.question(about=one.hours[0])  # what is asked first makes what is kept
    work, told = Work(house, monkeypatch), {}
    for about in one.hours:
        told[about] = work.of(lambda about=about: one.question(about=about + 15 * MINUTE))
    answers = [answer.answer if hasattr(answer, "answer") else answer for answer, _ in told.values()]
    assert answers == [Answer.YES, Answer.NO, Answer.CANNOT_TELL, Answer.CANNOT_TELL]
    at_home, far, either, of_nothing = (done for _, done in told.values())
    assert at_home["unsealed"] == 3
    assert at_home == far == either
    # Of a quarter without a fix there is nothing to unseal, and that alone is less.
    assert of_nothing | {"unsealed": 3} == at_home


def test_a_reading_does_the_same_work_for_a_stay_that_is_masked_and_for_one_that_is_not(tmp_path, monkeypatch):
    done, shown = [], []
    for name, cells in (("masked", (CHURCH,)), ("ordinary", ())):
        house = House(tmp_path / name)
        house.load_places(*cells)
        one = Visited(house)
        look_up_id = one.granted(window=one.whole)
        one.open(look_up_id)
        with monkeypatch.context() as patched:
            opened, work = Work(house, patched).of(lambda one=one, look_up_id=look_up_id: one.open(look_up_id))
        done.append(work)
        shown.append(len(opened.places))
        house.close()
    assert shown[0] < shown[1]
    assert done[0] == done[1]
    assert done[0]["unsealed"] == 14


@pytest.fixture
def place(house, tmp_path):
    one = Looked(house, fixes=2)
    place_of(house, tmp_path, read_policy(), (AOS, CAI, CEM, OPE, REQ))
    yield one
    from django.db import connection

    connection.close()


@pytest.mark.parametrize("actor", [CEM, REQ])
@pytest.mark.parametrize("path", ["/api/v1/cases/{}", "/api/v1/cases/{}/decisions", "/api/v1/cases/{}/unmaskings"])
def test_the_api_does_for_a_case_out_of_sight_what_it_does_for_one_that_is_none(house, place, monkeypatch, actor, path):
    client = client_of(actor)
    client.get(path.format("nothing"))
    work = Work(house, monkeypatch)
    anothers, for_anothers = work.of(lambda: client.get(path.format(place.person.case.reference)))
    none, for_none = work.of(lambda: client.get(path.format("nothing")))
    assert anothers.status_code == none.status_code == 404
    assert for_anothers == for_none

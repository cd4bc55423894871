"""What a page costs the server with 5,000 cases and 100,000 alerts, beside what it costs with hardly any.

`./dev bench-pages [--json]`. Server time: from the request to the whole answer, in the process, one request at a time;
the median of 15. Forty cases are opened, decided and alerted through the flows. The rest are copies of their rows:
nobody reads them here but the pages' queries, and the store's law is set aside while they are written.
"""

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.house import ANA, SCHEME, House  # noqa: E402
from support.in_process import client_of, place_of  # noqa: E402
from support.staff import ADA, AOS, CAI, DPO, staffed  # noqa: E402

from custodiet.flows.keep_caseload import assign_case  # noqa: E402
from custodiet.main.pages import read_policy  # noqa: E402
from custodiet.model.entry import Entry  # noqa: E402
from custodiet.model.finding import Matter, Raised, Weight  # noqa: E402
from custodiet.model.identity import AlertId  # noqa: E402
from custodiet.model.record import AlertRaised, kind_of  # noqa: E402

CASES, ALERTS, REAL, TIMES = 5_000, 100_000, 40, 15
PAGES = [
    (CAI, "/day"),
    (CAI, "/cases"),
    (CAI, "/cases?holding=authorised"),
    (CAI, "/cases/M-0001"),
    (AOS, "/cases"),
    (AOS, "/authorise"),
    (AOS, "/standing"),
    (AOS, "/stops"),
    (ADA, "/staff"),
    (DPO, "/schemes"),
    (DPO, f"/schemes/{SCHEME}"),
    (DPO, "/standing"),
]
COPIED = {
    "person": ("id",),
    "case_file": ("id", "person_id", "reference"),
    "decision": ("id", "case_id"),
    "decision_purpose": ("decision_id",),
    "assessment": ("id", "case_id", "decision_id"),
    "assessed": ("decision_id", "assessment_id"),
    "case_fact": ("id", "case_id"),
    "device": ("id", "serial"),
    "fitting": ("id", "device_id", "case_id"),
    "assignment": ("case_id",),
    "task": ("id", "case_id", "decision_id"),
    "alert": ("id", "case_id", "decision_id", "fitting_id"),
}
"""Tables whose rows are copied, and the columns that tell one copy from another."""


def main() -> None:
    as_json = "--json" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        house = made(Path(folder))
        few = {where: measured(*where) for where in PAGES}
        copy(house.path)
        many = {where: measured(*where) for where in PAGES}
        house.close()
    told = [
        {"actor": actor, "page": path, **of(few[actor, path], "few"), **of(many[actor, path], "many")}
        for actor, path in PAGES
    ]
    if as_json:
        sys.stdout.write(json.dumps({"cases": CASES, "alerts": ALERTS, "few_cases": REAL, "pages": told}) + "\n")
        return
    sys.stdout.write(f"Medians in ms, and of that in this process: {REAL} cases; {CASES} cases and {ALERTS} alerts\n")
    for one in told:
        figures = "".join(f"{one[name]:>9}" for name in ("few_ms", "few_cpu_ms", "many_ms", "many_cpu_ms"))
        sys.stdout.write(f"{figures}  {one['page']} ({one['actor']})\n")


def of(took: tuple[float, float], what: str) -> dict[str, float]:
    """Wall and processor time by name."""
    return {f"{what}_ms": round(took[0], 1), f"{what}_cpu_ms": round(took[1], 1)}


def made(folder: Path) -> House:
    """A house with forty cases in which something of everything stands, and pages to show it."""
    house = House(folder)
    staffed(house)
    place_of(house, folder, read_policy(), (ADA, AOS, CAI, DPO))
    for number in range(REAL):
        person = house.person(f"TAG-{number}")
        assign_case(house.store, person.case.id, CAI, AOS)
        if number % 4:
            decision = house.decide(person)
            for matter in range(3):
                about = (AlertId(f"alert_{number}_{matter}"), person.case.id, decision.id, person.fitting.id, None)
                times = (house.clock.now(),) * 3
                record = AlertRaised(Raised(*about, Matter.UNANSWERED, Weight.SERVICE, *times))
                with house.store.acting() as act:
                    act.write(Entry(kind_of(record), ANA, person.case.person_id), record)
    house.issue_keys()
    return house


def measured(actor: str, path: str) -> tuple[float, float]:
    """Medians of a page in ms: on the clock, and of this process's work."""
    client = client_of(actor)
    took, worked = [], []
    for _ in range(TIMES):
        begun, begun_working = time.perf_counter(), time.process_time()
        answer = client.get(path)
        took.append(1000 * (time.perf_counter() - begun))
        worked.append(1000 * (time.process_time() - begun_working))
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
    return statistics.median(took), statistics.median(worked)


def copy(path: Path) -> None:
    """Rows of everyone, again and again, until there are as many."""
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for table, columns in COPIED.items():
            every = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            copied = ", ".join(f"t.{one} || '-' || n.n" if one in columns else f"t.{one}" for one in every)
            multiply(connection, table, copied, CASES // REAL - 1)
        [(alerts,)] = connection.execute("SELECT count(*) FROM alert")
        every = [row[1] for row in connection.execute("PRAGMA table_info(alert)")]
        copied = ", ".join("t.id || '+' || n.n" if one == "id" else f"t.{one}" for one in every)
        multiply(connection, "alert", copied, ALERTS // alerts)
        connection.execute("ANALYZE")
        connection.commit()


def multiply(connection: sqlite3.Connection, table: str, copied: str, times: int) -> None:
    """So many copies of each row; `copied` is what is selected of `t` for the copy number `n.n`."""
    connection.execute(
        f"INSERT INTO {table} WITH RECURSIVE n(n) AS "  # noqa: S608 - names of ours
        f"(SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {times}) SELECT {copied} FROM {table} t, n"
    )


if __name__ == "__main__":
    main()

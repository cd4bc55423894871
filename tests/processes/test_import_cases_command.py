"""custodiet import-cases, as it really runs: with the vault that makes the keys names are sealed to."""

import pytest
from support.house import SCHEME
from support.running import ask
from support.site import Site

HEAD = "reference,scheme,name,contact\n"
GOOD = HEAD + f"I-1,{SCHEME},Heron Sample-1,07700 900001\nI-2,{SCHEME},Wren Sample-2,\n"


@pytest.fixture(scope="module")
def here(short_folder):
    site = Site(short_folder / "import", 1)
    running = site.serve()
    running.wait_until((site.settings.log / "checkpoint").exists, "no checkpoint")
    yield site
    running.stop()


def bring(site, text, *more):
    file = site.folder / "cases.csv"
    file.write_text(text)
    return ask("import-cases", *site.where, "--by", "officer-ana", file, *more)


def test_every_wrong_line_is_told_by_its_number_and_nothing_is_taken(here):
    done = bring(here, GOOD + f"I 3,{SCHEME},Plover,\nI-4,nowhere,Plover,\nI-5,{SCHEME},,\n")
    assert done.returncode == 1
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "line 4",
        "line 5",
        "line 6",
        "nothing was taken",
    ]
    assert "Plover" not in done.stderr + done.stdout
    assert "I-1" not in ask("status", *here.where).stdout


def test_cases_come_in_with_their_names_once_and_the_tables_follow_from_the_ledger(here):
    done = bring(here, GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "2 cases opened at rung 0, 0 of this file stood already",
        "2 names sealed",
    ]
    again = bring(here, GOOD)
    assert again.stdout.splitlines() == ["0 cases opened at rung 0, 2 of this file stood already", "0 names sealed"]
    other = bring(here, HEAD + f"M-0000,{SCHEME},Someone Else,\n")
    assert "line 2: its reference has a case already, which is left as it is" in other.stdout
    assert "I-1  no decision: whatever is sent is refused" in ask("status", *here.where).stdout
    verified = ask("ledger", "verify", "--tables", *here.where)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    copy = ask("copy", "I-1", *here.where)
    assert '"contact":"07700 900001"' in copy.stdout.replace(" :", ":").replace(": ", ":")

"""`custodiet ingest` as people run it: who may, what a pipe sees, and what a kill in the middle leaves."""

import json
import signal
import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from support.running import Running, ask, command, fix
from support.shared_out import ingest_has_no_part
from support.site import Site

ENDS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture(scope="module")
def site(short_folder):
    """People decided on an hour ago; nothing runs but what a test starts."""
    return Site(short_folder / "ingest", 6)


def ingest(where, token, lines, *more):
    given = {} if token is None else {"CUSTODIET_TOKEN": token}
    return ask("ingest", "-", *more, *where, input="\n".join(lines), more=given)


def reports(wearer, count, start=None):
    start = start or datetime.now(UTC) - timedelta(minutes=50)
    return [fix(wearer.serial, start + timedelta(milliseconds=10 * number)).decode() for number in range(count)]


def said(stdout):
    answers = [json.loads(line) for line in stdout.splitlines()]
    return Counter(" ".join(filter(None, (one["outcome"], one.get("reason")))) for one in answers)


def test_reports_of_a_file_are_answered_by_what_was_decided_and_prove_no_path_up(site, tmp_path):
    mine, other = site.wearers[:2]
    file, token = tmp_path / "reports.ndjson", tmp_path / "token"
    file.write_text("\n".join([*reports(mine, 3), *reports(other, 1), "nonsense"]))
    token.write_text(mine.token + "\n")
    token.chmod(0o600)
    done = ask("ingest", file, "--token-file", token, *site.where)
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        *[{"outcome": "kept"}] * 3,
        {"outcome": "refused", "reason": "not_yours"},
        {"outcome": "refused", "reason": "not_the_format"},
    ]
    store = site.open()
    with store.reading() as view:
        assert view.pulse_seen() is None
    store.close()


def test_a_token_is_never_an_argument_and_one_that_was_never_issued_is_one_clear_line(site):
    done = ingest(site.where, "nobody", reports(site.wearers[0], 1))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "custodiet: this token was never issued\n")
    assert "--token " not in ask("ingest", "--help").stdout


def started(site, wearer):
    line, environment = command("ingest", "-", *site.where)
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(line, env=environment | {"CUSTODIET_TOKEN": wearer.token}, bufsize=0, **pipes)


def give(running, lines):
    """As far as it is still there."""
    left = "\n".join(lines).encode() + b"\n"
    try:
        while left:
            left = left[running.stdin.write(left) :]
    except BrokenPipeError:
        pass


def test_a_pipe_reads_each_answer_when_it_holds_and_one_that_closes_leaves_nothing_half_done(site):
    wearer = site.wearers[2]
    lines = reports(wearer, 3000)
    with started(site, wearer) as running:
        give(running, lines[:1])
        assert json.loads(running.stdout.readline()) == {"outcome": "kept"}  # while the pipe is open
        restore = ask("restore", "none.tar", "--by", "officer-ana", *site.where)
        why = "custodiet ingest is running already on" if site.database is None else "CUSTODIET_STORE"
        assert (restore.returncode, why in restore.stderr) == (1, True), restore.stderr
        running.stdout.close()
        give(running, lines[1:])
        running.stdin.close()
        assert (running.wait(60), running.stderr.read()) == (1, b"")
    again = ingest(site.where, wearer.token, lines)
    assert again.returncode == 0
    counted = said(again.stdout)
    assert counted.keys() == {"kept", "duplicate"}
    assert counted.total() == 3000


@pytest.mark.parametrize(
    ("number", "place"),
    [(signal.SIGKILL, 3), *(pytest.param(one, 4 + n, marks=pytest.mark.long) for n, one in enumerate(ENDS))],
)
def test_a_run_that_is_broken_off_is_run_again_and_nothing_is_lost_or_twice(site, tmp_path, number, place):
    wearer = site.wearers[place]
    lines = reports(wearer, 1500)
    with started(site, wearer) as running:
        give(running, lines[:1000])
        answered = [running.stdout.readline() for _ in range(300)]
        running.send_signal(number)
        answered += running.stdout.readlines()
        assert running.wait(60) == {signal.SIGINT: 130}.get(number, -number)
        assert b"Traceback" not in running.stderr.read()
    assert said(b"".join(answered)).keys() == {"kept"}
    again = said(ingest(site.where, wearer.token, lines).stdout)
    assert again["duplicate"] >= len(answered)
    assert again.total() == again["kept"] + again["duplicate"] == 1500
    stored = site.stored(wearer)
    assert (len(stored), max(stored.values())) == (1500, 1)
    if number is signal.SIGKILL:  # the whole ledger takes long
        return
    served = Running("serve", *site.where, "--port=0", log=tmp_path / "serve.log")
    try:
        verified = ask("ledger", "verify", "--tables", *site.where)
        assert verified.returncode == 0, verified.stdout + verified.stderr
    finally:
        served.stop()


@ingest_has_no_part
def test_zones_are_judged_when_the_vault_answers_and_said_not_to_be_when_not(demo, demo_folder):
    sender = demo.ready["senders"]["zone_on_arrival"]
    where = ("--data", demo_folder)
    line = fix(sender["device"]).decode()
    done = ingest(where, sender["token"], [line])
    assert (done.returncode, done.stderr, json.loads(done.stdout)) == (0, "", {"outcome": "judged"})
    demo.signal("vault", signal.SIGSTOP)
    try:
        line = fix(sender["device"]).decode()
        done = ingest(where, sender["token"], [line])
    finally:
        demo.signal("vault", signal.SIGCONT)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"outcome": "judged"})
    assert done.stderr == "custodiet ingest: zones are not judged meanwhile: the vault does not answer\n"

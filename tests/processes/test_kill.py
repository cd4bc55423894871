"""kill -9 of any process, again and again: every acknowledged report took effect, none twice, the ledger verifies."""

import http.client
import signal
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from support.running import ask
from support.site import Site

PEOPLE = 8
PROCESSES = ("vault", "clock", "gateway", "web")


class Sending(threading.Thread):
    """One device that reports as fast as it is answered, and sends again what was not acknowledged."""

    def __init__(self, running, wearer) -> None:
        super().__init__(daemon=True)
        self.running, self.wearer = running, wearer
        self.acknowledged: list[datetime] = []
        self.answers: Counter[str] = Counter()
        self.ending = threading.Event()

    def run(self):
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
        while not self.ending.is_set():
            at += timedelta(milliseconds=7)
            while not self.ending.is_set():
                try:
                    answer = self.running.post(self.wearer.token, self.wearer.serial, at)
                except (OSError, http.client.HTTPException):  # an answer may be cut off in the middle, too
                    self.answers["nobody"] += 1
                    continue
                said = answer.said if answer.status == 200 else str(answer.status)
                self.answers[said] += 1
                if said in ("200 kept", "200 duplicate"):
                    self.acknowledged.append(at)
                    break
                if answer.status == 429:
                    self.ending.wait(0.2)


def text(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


@pytest.mark.timeout(900)  # a bound on hanging, not a measure
@pytest.mark.parametrize("kills", [8, pytest.param(400, marks=[pytest.mark.long, pytest.mark.timeout(7200)])])
def test_what_was_acknowledged_is_there_once_whatever_was_killed(place, kills):
    site, random = Site(place, PEOPLE), Random(kills)
    running = site.serve(gateways=2)
    devices = [Sending(running, wearer) for wearer in site.wearers]
    try:
        for device in devices:
            device.start()
        for number in range(kills):
            # Killed in the middle of work: only after more has been acknowledged since the last time.
            before = sum(len(device.acknowledged) for device in devices)
            running.wait_until(
                lambda before=before: sum(len(device.acknowledged) for device in devices) > before + 5,
                "nothing is acknowledged any more",
            )
            running.kill(PROCESSES[number % len(PROCESSES)] if number < 8 else random.choice(PROCESSES))
        for device in devices:
            device.ending.set()
        for device in devices:
            device.join()
        for process in PROCESSES:
            running.wait_until(lambda process=process: process in running.children(), f"no {process}")
        running.wait_until(lambda: ask("ledger", "proof", "0", *site.where).returncode == 0, "the vault stays away")
        for device in devices:
            stored = Counter(line["fix_time"] for line in site.copy(device.wearer))
            acknowledged = {text(at) for at in device.acknowledged}
            assert acknowledged
            assert acknowledged - stored.keys() == set()
            assert [time for time, times in stored.items() if times > 1] == []
        verified = ask("ledger", "verify", "--tables", *site.where)
        assert verified.returncode == 0, verified.stdout + verified.stderr
    finally:
        for device in devices:
            device.ending.set()
        running.stop()


def test_a_place_that_was_killed_whole_starts_again_and_leaves_no_process_behind(place):
    site = Site(place, 1)
    [wearer] = site.wearers
    running = site.serve()
    at = datetime.now(UTC) - timedelta(minutes=1)
    assert running.post(wearer.token, wearer.serial, at).said == "200 kept"
    left = [pid for pids in running.children().values() for pid in pids]
    running.process.send_signal(signal.SIGKILL)
    running.process.wait()
    running.wait_until(lambda: not any(alive(pid) for pid in left), "orphans")
    running.stop()
    again = site.serve(gateways=2)
    try:
        assert again.post(wearer.token, wearer.serial, at).said == "200 duplicate"
        assert [line["fix_time"] for line in site.copy(wearer)] == [text(at)]
    finally:
        again.stop()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False

"""One device at two gateways in the same instant: one of them keeps a fix, never both, also while decisions end."""

import http.client
import json
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event

import pytest
from support.accounts import stored_pieces
from support.running import Answer, ask, bearer, command, fix
from support.shared_out import beside
from support.site import Site

from custodiet.flows.end_decision import end_decision
from custodiet.model.identity import ActorId
from custodiet.model.times import to_ms
from custodiet.rules.decisions import Ender, Move

pytestmark = beside
TIMES, ENDINGS, BATCH = 200, 20, 10


class Pair:
    """Two gateways, each asked over a connection of its own, at once."""

    def __init__(self, urls) -> None:
        self._lines = [http.client.HTTPConnection(url.removeprefix("http://"), timeout=30) for url in urls]
        self._both = Barrier(2)
        self._senders = ThreadPoolExecutor(2)

    def post(self, path, body, token) -> list[Answer]:
        return list(self._senders.map(lambda line: self._post(line, path, body, token), self._lines))

    def _post(self, line, path, body, token) -> Answer:
        self._both.wait()
        line.request("POST", path, body, bearer(token))
        response = line.getresponse()
        return Answer(response.status, response.read(), dict(response.getheaders()))

    def close(self) -> None:
        self._senders.shutdown()
        for line in self._lines:
            line.close()


@pytest.fixture
def served(place):
    site = Site(place, 1 + ENDINGS)
    with ExitStack() as stack:
        running = site.serve()
        stack.callback(running.stop)
        # Tied to us as the first is to its parent: beside a `serve` no other process has the place.
        line, environment = command("run", "gateway", *site.where, "--port=0", "--tied")
        pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
        other = subprocess.Popen(line, env=environment, text=True, **pipes)
        stack.callback(other.communicate)
        stack.callback(other.terminate)
        pair = Pair([running.gateway, other.stderr.readline().split()[-1]])
        stack.callback(pair.close)
        yield site, pair


def test_the_same_fix_at_both_at_once_is_kept_by_one(served):
    site, pair = served
    wearer = site.wearers[0]
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
    times = [began + timedelta(milliseconds=number) for number in range(TIMES)]
    for at in times:
        answers = pair.post("/in/traccar", fix(wearer.serial, at), wearer.token)
        assert sorted(answer.said for answer in answers) == ["200 duplicate", "200 kept"]

    # And while decisions end: whatever either kept of the same batch, no fix twice, and none beyond the end.
    kept = Counter()
    with closing(site.open()) as store, ThreadPoolExecutor(1) as officer:
        for number, one in enumerate(site.wearers[1:]):

            def withdraw(one=one, number=number):
                Event().wait(number * 0.001)  # to meet the batch at every stage of its way
                end_decision(store, site.chance, one.decision_id, Move.WITHDRAW, Ender(ActorId("officer-bo")))

            now = datetime.now(UTC)
            around = [now + timedelta(milliseconds=50 * step) for step in range(-BATCH // 2, BATCH // 2)]
            ending = officer.submit(withdraw)
            answers = pair.post("/in/batch", b"\n".join(fix(one.serial, at) for at in around), one.token)
            ending.result()
            for answer in answers:
                outcomes = [json.loads(line)["outcome"] for line in answer.body.splitlines()]
                kept.update(
                    (one.fitting_id, to_ms(at)) for at, said in zip(around, outcomes, strict=True) if said == "kept"
                )
        with store.reading() as view:
            ends = {one.fitting_id: to_ms(view.decision(one.decision_id).ended_at) for one in site.wearers[1:]}
        stored = stored_pieces(store)
    assert set(kept.values()) == {1}
    assert set(stored.standing.values()) == {1}
    assert [of for of in stored.standing if of[1] >= ends.get(of[0], of[1] + 1)] == []
    of_ended = {of for of in stored.standing | stored.removed if of[0] in ends}
    assert of_ended == kept.keys()
    verified = ask("ledger", "verify", "--tables", *site.where)
    assert verified.returncode == 0, verified.stdout + verified.stderr

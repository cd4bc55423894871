"""A batch in flight while its decision is withdrawn stores nothing timed after the end, under two gateways."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event

import pytest
from support.running import Answer, ask, bearer, fix, request
from support.site import Site

from custodiet.flows.end_decision import end_decision
from custodiet.model.identity import ActorId
from custodiet.model.times import to_ms
from custodiet.rules.decisions import Ender, Move
from custodiet.wire.frame import unpack_directory

BATCH = 12


def batch(serial, random):
    """Fixes around now: some past, some of a device whose clock runs minutes ahead."""
    now = datetime.now(UTC)
    seconds = [random.uniform(-60, 240) for _ in range(BATCH - 4)] + [random.uniform(-0.05, 0.05) for _ in range(4)]
    return b"\n".join(fix(serial, now + timedelta(seconds=each)) for each in seconds)


def stored_beyond_their_end(store):
    """(decisions that ended, fixes stored under them, those timed at or after the end)."""
    with store.reading() as view:
        decisions = {one.id: one for one in view.decisions()}
        ended = {one.id: to_ms(one.ended_at) for one in decisions.values() if one.ended_at is not None}
        kept, beyond, after = 0, 0, -1
        while frames := view.frames(after, 500):
            for seq, frame in frames:
                after = seq
                gone = view.removed_in(frame.partition, frame.number)
                for place, row in enumerate(unpack_directory(frame.directory)):
                    if place in gone:
                        continue
                    decision_id = view.session(row.session_no).decision_id
                    if decision_id in ended:
                        kept += 1
                        beyond += row.fix_ms >= ended[decision_id]
    return len(ended), kept, beyond


@pytest.mark.timeout(900)  # a bound on hanging, not a measure
@pytest.mark.parametrize("rounds", [400, pytest.param(5000, marks=[pytest.mark.long, pytest.mark.timeout(7200)])])
def test_nothing_timed_after_a_withdrawal_is_stored_however_the_batch_was_under_way(place, rounds):
    site, random = Site(place, rounds), Random(rounds)
    running = site.serve(gateways=2)
    store = site.open()
    outcomes: Counter[str] = Counter()
    held_back: list[Answer] = []
    try:
        with ThreadPoolExecutor(4) as senders:

            def send(wearer):
                body = batch(wearer.serial, random)
                answer = request(running.gateway, "POST", "/in/batch", body, bearer(wearer.token))
                while answer.status == 503:  # a machine too busy to follow the decisions takes nothing: send it again
                    held_back.append(answer)
                    Event().wait(int(answer.headers["retry-after"]))
                    answer = request(running.gateway, "POST", "/in/batch", body, bearer(wearer.token))
                return answer

            for wearer in site.wearers:
                flights = [senders.submit(send, wearer) for _ in range(3)]
                # Not to wait for anything: to meet the batches at every stage of their way.
                Event().wait(random.uniform(0, 0.02))
                end_decision(store, site.chance, wearer.decision_id, Move.WITHDRAW, Ender(ActorId("officer-bo")))
                for flight in flights:
                    answer = flight.result()
                    assert answer.status == 200
                    outcomes.update(json.loads(line)["outcome"] for line in answer.body.splitlines())
        ended, kept, beyond = stored_beyond_their_end(store)
        assert (ended, beyond) == (rounds, 0)
        # Not vacuous: batches arrived on both sides of their withdrawal, and what came before it was kept.
        assert outcomes["kept"] > rounds
        assert outcomes["refused"] > rounds
        assert kept > rounds / 2
        assert len(held_back) < rounds / 2
        verified = ask("ledger", "verify", "--tables", *site.where)
        assert verified.returncode == 0, verified.stdout + verified.stderr
    finally:
        store.close()
        running.stop()

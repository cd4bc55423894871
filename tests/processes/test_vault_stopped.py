"""With the vault stopped, collection goes on and every opening is refused as unavailable."""

import json
import signal

import pytest
from support.running import ask, request
from support.site import Site


@pytest.fixture(scope="module")
def stopped(tmp_path_factory, short_folder):
    site = Site(short_folder / "stopped", 3)
    running = site.serve()
    # The checkpoint is out, so that verifying hashes has something to hold the ledger against.
    running.wait_until((site.settings.log / "checkpoint").exists, "no checkpoint")
    running.signal("vault", signal.SIGSTOP)
    yield site, running
    running.signal("vault", signal.SIGCONT)
    running.stop()


def test_collection_goes_on(stopped):
    site, running = stopped
    assert running.post(site.wearers[0].token, site.wearers[0].serial).said == "200 kept"
    assert request(running.gateway, "GET", "/healthz").json["ok"] is True


@pytest.mark.parametrize(
    "verb",
    [
        ("copy", "M-0000"),
        ("ledger", "verify", "--tables"),
        ("ledger", "proof", "0"),
        ("ledger", "export", "/nowhere-at-all"),
    ],
    ids=" ".join,
)
def test_an_opening_is_refused_in_a_line_with_a_nonzero_exit(stopped, verb):
    site, _ = stopped
    done = ask(*verb, *site.where)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "custodiet: the vault does not answer\n"


def test_the_hashes_of_the_ledger_verify_without_it(stopped):
    site, _ = stopped
    done = ask("ledger", "verify", "--json", *site.where)
    said = json.loads(done.stdout)
    assert (done.returncode, said["ok"]) == (0, True)


def test_a_decision_ends_without_it(stopped):
    site, running = stopped
    done = ask("end", "M-0001", "--by", "officer-bo", *site.where)
    assert done.returncode == 0, done.stderr
    assert running.post(site.wearers[1].token, site.wearers[1].serial).said == "200 refused ended"


def test_when_it_goes_on_it_answers_and_what_was_asked_meanwhile_opens_nothing_by_itself(stopped):
    site, running = stopped
    assert running.post(site.wearers[2].token, site.wearers[2].serial).said == "200 kept"
    running.signal("vault", signal.SIGCONT)
    running.wait_until(lambda: ask("ledger", "proof", "0", *site.where).returncode == 0, "the vault stays away")
    assert len(site.copy(site.wearers[2])) == 1

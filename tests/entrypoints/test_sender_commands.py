"""Senders from the command line: a token is printed once and alone, and nothing else ever tells of it."""

import re
from dataclasses import dataclass

import pytest
from support.by_hand import hands_on
from support.house import ANA, SCHEME
from support.site import Site

from custodiet.flows.end_decision import end_decision
from custodiet.flows.fit_device import token_hash
from custodiet.main import main
from custodiet.rules.decisions import Ender, Move


@dataclass
class Done:
    status: object
    out: str
    err: str


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return Site(tmp_path_factory.mktemp("senders"), 1)


@pytest.fixture
def sender(site, capsys):
    """The command, in this process: what it says and how it ends."""

    def run(*asked):
        by = () if asked[0] == "list" else ("--by", "officer-ana")
        status = 0
        try:
            main(["sender", *map(str, (*asked, *by, *site.where))])
        except SystemExit as ended:
            status = ended.code
        said = capsys.readouterr()
        return Done(status, said.out, said.err)

    return run


def tokens(site):
    """Every token that stands: hash to (sender, token id)."""
    store = site.open()
    with store.reading() as view:
        found = {one.sha256: (one.sender_id, one.id) for one in view.tokens()}
    store.close()
    return found


def issued(site, done):
    """The token that a verb printed: all of its standard output."""
    assert done.status == 0, done
    [token] = done.out.splitlines()
    assert token not in done.err
    return token, *tokens(site)[token_hash(token)]


def test_a_sender_is_issued_rotated_scoped_and_ended(site, sender):
    devices = ("--device", "TAG-0000", "TAG-9", "TAG-9")
    done = sender("issue", "--scheme", SCHEME, "--label", "made-up upstream", *devices)
    first, sender_id, first_id = issued(site, done)
    assert sender_id in done.err
    second, same, second_id = issued(site, sender("rotate", sender_id, "--overlap", "48"))
    assert same == sender_id
    assert sender("rotate", sender_id) == Done(
        "custodiet: two_tokens: two tokens speak for it already: end one of them first; "
        "a new token without an overlap, which ends both",
        "",
        "",
    )

    scoped = sender("scope", sender_id, "--add", "TAG-10", "TAG-11", "--remove", "TAG-9")
    assert scoped.out.startswith("2 added, 1 removed: entered at ")
    listed = sender("list").out
    assert f"{sender_id}  made-up upstream  {SCHEME}  3 devices\n" in listed
    assert re.search(rf"token  {first_id}  issued .* ends .*\(in 47 hours\)", listed)
    assert f"token  {second_id}" in listed
    for secret in (first, second):
        assert secret not in listed
        assert token_hash(secret).hex() not in listed

    assert sender("end", sender_id, "--token", first_id).out.startswith("ended: entered at ")
    assert first_id not in sender("list").out
    assert sender("end", sender_id).status == 0
    assert sender_id not in sender("list").out
    assert f"{sender_id}  made-up upstream  {SCHEME}  3 devices  ended\n" in sender("list", "--all").out


def test_a_token_bound_to_a_fitting_is_listed_with_its_device(sender):
    listed = sender("list").out
    assert re.search(r"a device  scheme_test  TAG-0000\n  token  \S+  issued .*, ends with its fitting\n", listed)


def test_what_a_sender_was_told_is_listed_and_acknowledged_by_name(site, sender, capsys):
    def status():
        main(["status", *map(str, site.where)])
        return capsys.readouterr().out

    told = re.search(
        r"  (instruction_\S+)  told to start TAG-0000 from .*; not acknowledged yet, due ", sender("list").out
    )
    assert "told to start" not in status()  # only what is overdue stands there
    assert sender("acknowledge", told[1]).out.startswith("acknowledged: entered at ")
    assert told[1] not in sender("list").out
    assert sender("acknowledge", told[1]).status == (
        "custodiet: acknowledged_already: it has been acknowledged already; nothing more is needed"
    )
    store = site.open()
    with store.reading() as view:
        decision = view.decisions()[0]
    end_decision(store, site.chance, decision.id, Move.WITHDRAW, Ender(ANA))
    with hands_on(site) as hand:
        hand.execute("DROP TRIGGER instruction_fixed")
        hand.execute("UPDATE instruction SET due_at = given_at")  # as if a day had passed
    store.close()
    said = (
        r"  sender  sender_\S+  instruction_\S+  told to stop TAG-0000 from \S+ UTC; not acknowledged, overdue since "
    )
    assert re.search(said, status())
    assert "overdue since" in sender("list").out


def test_whoever_acknowledges_is_named(site, sender, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["sender", "acknowledge", "instruction_none", *map(str, site.where)])
    assert ended.value.code == 2
    assert "--by" in capsys.readouterr().err


NOT_THERE = {
    "an instruction": (("acknowledge", "instruction_none"), "no such instruction"),
    "a sender to rotate": (("rotate", "sender_none"), "no such sender"),
    "a sender to end": (("end", "sender_none"), "no such sender"),
    "a sender's token": (("end", "sender_none", "--token", "token_none"), "this sender has no such token"),
    "a sender to scope": (("scope", "sender_none", "--add", "TAG-1"), "no such sender"),
    "a scheme": (("issue", "--scheme", "scheme_none", "--label", "x", "--device", "TAG-1"), "no such scheme"),
    "a fitting": (("issue", "--scheme", SCHEME, "--label", "x", "--device", "TAG-1", "--fitting", "f"), "such fitting"),
}


@pytest.mark.parametrize(("asked", "why"), NOT_THERE.values(), ids=NOT_THERE.keys())
def test_what_is_not_there_is_said_in_one_line_and_nothing_is_printed(site, sender, asked, why):
    before = tokens(site)
    done = sender(*asked)
    assert re.fullmatch(f"custodiet: .*{why}", done.status)
    assert done.out == ""
    assert tokens(site) == before


@pytest.mark.parametrize("hours", ["-1", "721", "soon"])
def test_an_overlap_is_thirty_days_at_most(sender, hours):
    assert sender("rotate", "sender_none", f"--overlap={hours}").status == 2

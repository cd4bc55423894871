"""Everything as it runs, with a witness of somebody else's: away, openings stop and say why, and collection goes on."""

from datetime import timedelta

import pytest
from support.house import SCHEME
from support.pages import ADMINISTRATOR, OFFICER, first_staff
from support.running import request
from support.site import Site, settings_of
from support.witnessing import Running, make_witness

from custodiet.adapters.vault_client import VaultClient
from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.looking import ask_question, record_refusal
from custodiet.flows.prove_entry import prove_entry
from custodiet.flows.staff_joins import approve_joiner, propose_joiner
from custodiet.flows.witnessed import Witnessed, cosigned_note
from custodiet.main.outside import join_witnesses
from custodiet.main.stores import read_pins
from custodiet.model.errors import NotPermitted, OpeningRefused
from custodiet.model.identity import ActorId
from custodiet.model.look_up import Asked, Attempt
from custodiet.model.staff import Function
from custodiet.wire.cosigning import cosigned_by, read_witness_policy
from custodiet.wire.note import vkey
from custodiet.wire.proof import read_proof

CAI = ActorId("caseworker-ai")
UNSEEN_MAX_S = "10"


def test_without_its_witness_nobody_looks_and_everything_is_collected(short_folder, monkeypatch):
    site = Site(short_folder / "witnessed", 1)
    [wearer] = site.wearers
    pinned = read_pins(site.settings)
    folder = short_folder / "charity"
    key, log = make_witness(folder), vkey(pinned.origin, pinned.log_key)
    witness = Running(folder, log)
    site.settings.witnesses.write_text(f"witness charity {key} {witness.url}\nquorum charity\n")
    monkeypatch.setenv("CUSTODIET_UNSEEN_MAX_S", UNSEEN_MAX_S)
    store = site.open()
    first_staff(store)
    approve_joiner(
        store, propose_joiner(store, SystemChance(), CAI, Function.CASEWORKER, SCHEME, ADMINISTRATOR), OFFICER
    )
    with store.reading() as view:
        case_id = view.case_by_reference(wearer.reference).id
    assign_case(store, case_id, CAI, OFFICER)
    settings = settings_of(str(site.settings.data), None, {"CUSTODIET_UNSEEN_MAX_S": UNSEEN_MAX_S})
    vault, signed = VaultClient(settings.vault_socket), join_witnesses(settings)

    def recorded(act, against):
        record_refusal(act, case_id, Attempt.QUESTION, against, CAI)

    def ask(through):
        since = SystemClock().now() - timedelta(minutes=30)
        about = since.replace(minute=since.minute // 15 * 15, second=0, microsecond=0)
        return ask_question(through, vault, case_id, Asked.CONTACT, about, CAI)

    def fresh():
        """Signed a moment ago; a question asked now is asked in time."""
        newest, now = signed.newest(SystemClock().now()), SystemClock().now()
        return newest is not None and now - newest.at < signed.most / 3

    def stale():
        return SystemClock().now() - signed.newest(SystemClock().now()).at > signed.most

    running = site.serve()
    try:
        running.wait_until(fresh, "nothing was cosigned")
        _, index = ask(Witnessed(store, signed, recorded))

        witness.stop()
        running.wait_until(stale, "something else signs")
        with pytest.raises(NotPermitted, match="not_witnessed: no witness has signed the ledger since"):
            ask(Witnessed(store, signed, recorded))
        with pytest.raises(OpeningRefused, match="not_witnessed"):
            ask(store)  # whoever goes past the rule meets the vault's own
        with store.reading() as view:
            assert {one.codes for one, _ in view.looks_refused(case_id)} == {("not_witnessed",)}
        assert running.post(wearer.token, wearer.serial).said == "200 kept"

        witness = Running(folder, log, port=witness.port)
        running.wait_until(fresh, "nothing was cosigned again")
        ask(Witnessed(store, signed, recorded))
        policy = read_witness_policy(settings.witnesses.read_text())
        text = prove_entry(store, vault, index, cosigned_note(signed, SystemClock().now()))
        assert list(cosigned_by(read_proof(text).note, policy.witnesses)) == ["charity"]
        assert request(running.web, "GET", "/log/cosigned").status == 200
    finally:
        running.stop()
        witness.stop()
        store.close()

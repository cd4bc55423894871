"""A place as it really runs whose keys are moved into a KMS, and which that leaves and comes back to."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from support.killed import killed_at, spread, steps_of
from support.running import command
from support.site import Site, settings_of
from support.softhsm import LABEL, MODULE, PIN
from support.waiting import START_WAIT_S, until

from custodiet.adapters.world import SystemClock
from custodiet.main import main
from custodiet.main.making import ORIGIN, make_folder
from custodiet.main.vaults import join_kms
from custodiet.model.errors import OpeningRefused, Unready, VaultUnavailable
from custodiet.settings import read_settings


def verb(site, *arguments):
    main([str(one) for one in (*arguments, *site.where)])


def settings_now(site):
    return settings_of(str(site.settings.data), None, os.environ)


@pytest.fixture(scope="module")
def site(short_folder):
    return Site(short_folder / "moved", 1)


def tell(monkeypatch, openbao, folder):
    told = openbao.environment(folder)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    return told


def test_a_move_that_is_killed_at_any_step_is_ended_by_calling_it_again(site, place, openbao, monkeypatch):
    counted = site.copied(place / "counted")
    tell(monkeypatch, openbao, place)
    for step in spread(steps_of(place, "move-keys", *counted.where), 8):
        one = site.copied(place / f"killed-{step}")
        told = tell(monkeypatch, openbao, place)
        assert killed_at(step, place, "move-keys", *one.where)
        for _ in range(2):
            verb(one, "move-keys")
        assert [path.suffix for path in one.settings.keys.glob("epoch-*")] == [".wrapped"]
        kms = join_kms(settings_now(one))
        assert len(kms.key(kms.epochs()[0])) == 32
        for name in told:
            monkeypatch.delenv(name)
        with pytest.raises(Unready, match="are in a KMS"):
            join_kms(settings_now(one))
        shutil.rmtree(one.folder)


def refused(*arguments):
    """What a verb says that ends before it begins anything."""
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    return ended.value.code


def test_a_place_is_begun_in_openbao_and_a_demo_is_not(place, openbao, monkeypatch):
    tell(monkeypatch, openbao, place)
    settings = read_settings(str(place / "data"), None, os.environ)
    make_folder(settings, ORIGIN, SystemClock()).close()
    assert [path.name for path in settings.keys.glob("epoch-*")] == ["epoch-00000001.wrapped"]
    assert "unset CUSTODIET_OPENBAO" in refused("demo", "--data", place / "demo")
    assert not (place / "demo").exists()


def test_keys_in_files_are_not_started_beside_openbao(site, place, openbao, monkeypatch):
    tell(monkeypatch, openbao, place)
    assert "run custodiet move-keys" in refused("serve", *site.where)
    assert "run custodiet move-keys" in refused("run", "vault", *site.where)


class VaultAlone:
    """`custodiet run vault`, ended by its id."""

    def __init__(self, site):
        line, environment = command("run", "vault", *site.where)
        self.log = site.folder / "vault.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(line, env=environment, stdin=subprocess.DEVNULL, stderr=log)

    def until_ended(self):
        status = self.process.wait(START_WAIT_S)
        return status, self.log.read_text().strip()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def test_a_vault_says_why_it_does_not_start_and_a_running_one_opens_nothing_while_openbao_is_sealed(
    site, place, openbao, monkeypatch
):
    told = tell(monkeypatch, openbao, place)
    here = site.copied(place / "here")
    verb(here, "move-keys")
    openbao.seal()
    assert refused("serve", *here.where).endswith("is sealed: unseal it")
    status, said = VaultAlone(here).until_ended()
    assert (status, said.endswith("is sealed: unseal it")) == (1, True)
    openbao.unseal()
    vault = VaultAlone(here)
    try:
        until(lambda: answers(here, here.wearers[0]) is not None, vault.log.read_text)
        openbao.seal()
        with pytest.raises(OpeningRefused, match="kms_away: the KMS does not give the key of the day"):
            here.copy(here.wearers[0])
        openbao.unseal()
        assert here.copy(here.wearers[0]) == []
    finally:
        vault.stop()
    assert Path(told["CUSTODIET_OPENBAO_TOKEN_FILE"]).read_text().strip() not in vault.log.read_text()


@pytest.mark.long
def test_openbao_goes_away_and_comes_back_and_nothing_is_lost(site, place, openbao, monkeypatch):
    told = tell(monkeypatch, openbao, place)
    here = site.copied(place / "here")
    wearer = here.wearers[0]
    verb(here, "move-keys")

    running = here.serve()
    try:
        assert running.post(wearer.token, wearer.serial).said == "200 kept"
        assert len(here.copy(wearer)) == 1

        openbao.seal()
        with pytest.raises(OpeningRefused, match="kms_away: the KMS does not give the key of the day"):
            here.copy(wearer)
        assert running.post(wearer.token, wearer.serial).said == "200 kept"

        running.kill("vault")
        running.wait_until(lambda: "is sealed: unseal it" in running.log.read_text(), "the vault does not say why")
        with pytest.raises(VaultUnavailable):
            here.copy(wearer)
        assert running.post(wearer.token, wearer.serial).said == "200 kept"

        openbao.unseal()
        running.wait_until(lambda: answers(here, wearer), "no vault comes back")
        assert len(here.copy(wearer)) == 3
    finally:
        running.stop()
    assert Path(told["CUSTODIET_OPENBAO_TOKEN_FILE"]).read_text().strip() not in running.log.read_text()


def answers(site, wearer):
    with suppress(VaultUnavailable):
        return site.copy(wearer)
    return None


def test_keys_move_into_a_token_by_the_same_verb_and_into_one_kms_only(site, place, softhsm, openbao, monkeypatch):
    pin = place / "pin"
    pin.write_text(PIN + "\n")
    pin.chmod(0o600)
    told = {"": MODULE, "_TOKEN": LABEL, "_PIN_FILE": pin}
    for name, value in told.items():
        monkeypatch.setenv(f"CUSTODIET_PKCS11{name}", str(value))
    here = site.copied(place / "here")
    for _ in range(2):
        verb(here, "move-keys")
    kms = join_kms(settings_now(here))
    assert len(kms.key(kms.epochs()[0])) == 32
    for name in told:
        monkeypatch.delenv(f"CUSTODIET_PKCS11{name}")
    tell(monkeypatch, openbao, place)
    assert "in another KMS" in refused("move-keys", *here.where)

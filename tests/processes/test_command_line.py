"""The command line: what each verb says, and with which exit status."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys

import pytest
from support.by_hand import cut_short, rewrite_an_entry
from support.pages import Account, Visitor, first_staff, joins
from support.running import Running, ask, request
from support.site import Site

from custodiet.model.identity import ActorId
from custodiet.model.staff import Function


@pytest.fixture(scope="module")
def here(short_folder):
    site = Site(short_folder / "cli", 2)
    store = site.open()
    first_staff(store)
    for name in ("caseworker-1", "officer-eva"):
        joins(store, ActorId(name), Function.CASEWORKER)
    store.close()
    running = site.serve()
    running.wait_until((site.settings.log / "checkpoint").exists, "no checkpoint")
    yield site, running
    running.stop()


def test_status_shows_references_and_states_and_no_place(here):
    site, running = here
    running.post(site.wearers[0].token, site.wearers[0].serial, lat=46.5123457)
    done = ask("status", *site.where)
    assert done.returncode == 0
    assert "M-0000  rung 11" in done.stdout
    assert "authorised until" in done.stdout
    assert "46.5" not in done.stdout


def test_the_page_shows_the_same_to_staff_alone_and_without_a_place(here):
    site, running = here
    assert request(running.web, "GET", "/standing").headers["location"] == "/sign-in?next=/standing"
    opened = ask("account", "open", "ana", "--actor", "caseworker-1", *site.where)
    assert opened.returncode == 0, opened.stderr
    visitor = Visitor(running.web.removeprefix("http://"))
    given, own = Account("ana", opened.stdout.split()[1], "caseworker-1"), "my own four words"
    visitor.sign_in(given)
    assert visitor.get("/standing").to == "/account/password"
    fields = {"oldpassword": given.password, "password1": own, "password2": own}
    assert visitor.send("/account/password", fields).status == 302
    page = visitor.get("/standing")
    assert page.status == 200
    assert "M-0000" in page.text
    assert "46.5" not in page.text
    ended = ask("account", "end", "caseworker-1", "--close", *site.where)
    assert "1 sessions ended" in ended.stdout
    assert visitor.get("/standing").status == 302
    renewed = ask("account", "renew", "caseworker-1", *site.where)
    assert visitor.sign_in(given, renewed.stdout.split()[0]).status == 302


def test_an_account_of_nobody_and_a_second_one_of_somebody_are_refused_in_one_line(here):
    site, _ = here
    done = ask("account", "end", "nobody-1", *site.where)
    assert (done.returncode, done.stderr) == (1, "custodiet: no account of that actor\n")
    for name in ("eva", "eva", "other"):
        done = ask("account", "open", name, "--actor", "officer-eva", *site.where)
    assert (done.returncode, done.stdout) == (1, "")
    assert "has an account already" in done.stderr


def test_the_page_publishes_checkpoint_and_tiles_and_nothing_else(here):
    _, running = here
    assert request(running.web, "GET", "/log/checkpoint").body.startswith(b"custodiet.example/made-up\n")
    for name in ("/log/../custodiet.db", "/log/tile/../../custodiet.db", "/log/tile/entries/000", "/custodiet.db"):
        assert request(running.web, "GET", name).status == 404
    assert request(running.web, "POST", "/log/checkpoint").status == 405


def test_a_copy_goes_to_a_file_of_its_owner_and_never_over_another(here, tmp_path):
    site, _ = here
    out = tmp_path / "copy.ndjson"
    done = ask("copy", "M-0000", "--out", out, *site.where)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert lines[-1]["fixes"] == len(lines) - 2
    again = ask("copy", "M-0000", "--out", out, *site.where)
    assert (again.returncode, again.stdout) == (1, "")
    assert "is there already" in again.stderr


def test_a_copy_of_nobody_is_refused_in_one_line(here):
    site, _ = here
    done = ask("copy", "M-9999", *site.where)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "custodiet: no such case\n")


def test_a_decision_ends_by_hand_once_and_its_task_shows(here):
    site, running = here
    done = ask("end", "M-0001", "--by", "officer-bo", *site.where)
    assert done.returncode == 0, done.stderr
    assert running.post(site.wearers[1].token, site.wearers[1].serial).said == "200 refused ended"
    assert "task  M-0001  tell the person, take the device off" in ask("status", *site.where).stdout
    again = ask("end", "M-0001", "--by", "officer-bo", *site.where)
    assert (again.returncode, again.stderr) == (1, "custodiet: no decision of this case to end\n")
    annulled = ask("end", "M-0001", "--annul", "--by", "made-up-court", *site.where)
    assert annulled.returncode == 0


def test_who_asks_is_a_pseudonym(here):
    site, _ = here
    done = ask("copy", "M-0000", "--by", "Heron Sample", *site.where)
    assert done.returncode == 2
    assert "never a name" in done.stderr


def test_the_ledger_verifies_with_and_without_tables_in_words_and_json(here):
    site, _ = here
    plain = ask("ledger", "verify", *site.where)
    assert plain.returncode == 0
    assert "ok: True" in plain.stdout
    tables = ask("ledger", "verify", "--tables", "--json", *site.where)
    said = json.loads(tables.stdout)
    assert (tables.returncode, said["ok"], said["tables"]["differing"], said["tables"]["missing"]) == (0, True, 0, 0)
    assert {"size", "root", "ok"} <= said.keys()


def test_an_export_verifies_anywhere_and_one_flipped_byte_shows(here, tmp_path):
    site, _ = here
    assert ask("ledger", "export", tmp_path / "copy", *site.where).returncode == 0
    done = ask("ledger", "verify", tmp_path / "copy", "--json")
    assert json.loads(done.stdout)["ok"] is True
    bundle = next((tmp_path / "copy" / "tile" / "entries").rglob("*.p/*"))
    data = bytearray(bundle.read_bytes())
    data[100] ^= 1
    bundle.write_bytes(data)
    done = ask("ledger", "verify", tmp_path / "copy", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["ok"] is False


def test_a_proof_is_in_the_form_that_others_read(here):
    site, _ = here
    done = ask("ledger", "proof", "3", *site.where)
    assert done.returncode == 0
    assert done.stdout.startswith("c2sp.org/tlog-proof@v1\nindex 3\n")
    beyond = ask("ledger", "proof", "99999", *site.where)
    assert (beyond.returncode, beyond.stdout) == (1, "")


def test_a_rewritten_entry_is_found_by_its_hash_alone(place):
    site = Site(place, 1)
    rewrite_an_entry(site)
    done = ask("ledger", "verify", *site.where)
    assert done.returncode == 1
    assert "entry 1 is not what its leaf says" in done.stdout


# --- making and refusing ---


def test_init_makes_a_place_that_serves(place):
    where = ("--data", place / "data")
    made = ask("init", *where, "--origin", "custodiet.example/here")
    assert made.returncode == 0, made.stderr
    assert len(re.findall(r"^first sign-in: administrator [a-z2-9-]{23} ", made.stdout, re.MULTILINE)) == 1
    for folder in ("data", "data-keys", "data/vault", "data/accounts"):
        assert stat.S_IMODE((place / folder).stat().st_mode) == 0o700
    assert "whose first administrator is administrator-1: recorded as an exception" in made.stdout
    again = ask("init", *where)
    assert (again.returncode, "nothing was made" in again.stderr) == (1, True)
    nobody = ask("init", "--data", place / "other", "--administrator", "clock")
    assert (nobody.returncode, "a process decides nothing" in nobody.stderr) == (1, True)
    assert not (place / "other").exists()
    assert "0 cases" in ask("status", *where).stdout


@pytest.mark.parametrize("verb", [("serve",), ("status",), ("copy", "M-1"), ("ledger", "verify"), ("tour",)], ids=str)
def test_a_verb_without_a_place_says_what_to_do(place, verb):
    done = ask(*verb, "--data", place / "nothing")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("custodiet: ")
    assert len(done.stderr.splitlines()) == 1
    assert not (place / "nothing").exists()


def test_serve_refuses_a_demos_folder_and_a_demo_refuses_a_real_one(demo, demo_folder, place):
    done = ask("serve", "--data", demo_folder)
    assert (done.returncode, "is a demo's folder" in done.stderr) == (1, True)
    (place / "data").mkdir()
    (place / "data" / "letter").write_text("mine")
    done = ask("demo", "--data", place / "data")
    assert (done.returncode, "is not empty: nothing was made" in done.stderr) == (1, True)
    assert (place / "data" / "letter").read_text() == "mine"


def test_a_second_demo_on_a_running_ones_folder_is_refused_and_harms_nothing(demo, demo_folder):
    done = ask("demo", "--data", demo_folder)
    assert done.returncode == 1
    assert "is running already" in done.stderr
    assert request(demo.web, "GET", "/").status == 200


def test_keys_inside_the_data_folder_or_open_to_others_are_refused(place):
    inside = ask("init", "--data", place / "data", "--keys", place / "data" / "keys")
    assert (inside.returncode, "inside the data folder" in inside.stderr) == (1, True)
    site = Site(place, 0)
    site.settings.keys.chmod(0o755)
    done = ask("serve", *site.where, "--port=0")
    assert (done.returncode, "others may read" in done.stderr) == (1, True)


def test_a_vault_whose_ledger_was_cut_short_does_not_start(place):
    site = Site(place, 1)
    running = site.serve()
    running.stop()
    cut_short(site)
    done = ask("run", "vault", *site.where)
    assert (done.returncode, done.stdout) == (1, "")
    assert "does not extend the head" in done.stderr or "shorter" in done.stderr or "does not hold" in done.stderr


def test_the_installed_command_is_there_and_lists_its_verbs():
    command = shutil.which("custodiet", path=os.path.dirname(sys.executable))  # noqa: PTH120
    done = subprocess.run([command, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    for verb in (
        "demo",
        "tour",
        "serve",
        "init",
        "ledger",
        "copy",
        "end",
        "status",
        "backup",
        "restore",
        "upgrade",
        "doctor",
    ):
        assert verb in done.stdout


def test_a_name_that_no_checkpoint_could_bear_is_refused_before_anything_is_made(place):
    done = ask("init", "--data", place / "data", "--origin", "two words")
    assert (done.returncode, done.stdout) == (1, "")
    assert not (place / "data").exists()


def test_a_demo_that_was_broken_off_while_it_was_made_may_be_made_anew(place):
    (place / "data").mkdir()
    (place / "data" / "made-up.json").write_text('{"senders": {}}')
    (place / "data" / "custodiet.db").write_bytes(b"half")
    (place / "data-keys").mkdir(mode=0o700)
    running = Running("demo", "--json", "--port=0", "--data", place / "data", log=place / "demo.log")
    running.stop()
    assert running.ready["web"]


def test_what_the_system_refuses_is_one_line_and_no_traceback(place):
    (place / "file").write_text("no folder")
    done = ask("init", "--data", place / "file" / "data")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert done.stderr.startswith("custodiet: ")


def test_the_demo_gives_a_sign_in_for_each_function_and_shows_them_on_its_page(demo):
    accounts = demo.ready["accounts"]
    assert set(Function) <= accounts.keys()
    start = Visitor(demo.web.removeprefix("http://")).get("/").text
    for function, account in accounts.items():
        assert account.keys() == {"username", "password"}
        assert account["password"] in start
        visitor = Visitor(demo.web.removeprefix("http://"))
        first = "/day" if function.startswith("caseworker") else "/"
        assert visitor.sign_in(Account(**account, actor="")).to == first
        standing = visitor.get("/standing")
        # Nobody from outside, however they sign in, is shown how things stand.
        outside = function.startswith(("requester", "person", "representative", "translator"))
        assert standing.status == (403 if outside else 200), function
        assert outside or demo.ready["references"]["lapses_next"] in standing.text

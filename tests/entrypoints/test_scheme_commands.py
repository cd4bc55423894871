"""A scheme's file from the command line: what is wrong is said whole, and what goes out is dated."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from support.house import SCHEME
from support.site import Site

from custodiet.main import main
from custodiet.wire.scheme import read_scheme, scheme_bytes


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return Site(tmp_path_factory.mktemp("schemes"), 1)


@pytest.fixture
def scheme(site, capsysbinary):
    """The command, in this process: its status, and what it says."""

    def run(*asked, where=True):
        status = 0
        try:
            main(["scheme", *map(str, asked), *(map(str, site.where) if where else ())])
        except SystemExit as ended:
            status = ended.code
        said = capsysbinary.readouterr()
        return status, said.out.decode(), said.err.decode()

    return run


@pytest.fixture
def exported(scheme):
    _, out, _ = scheme("export", SCHEME)
    return read_scheme(out.encode()).register


def test_check_says_everything_that_is_wrong_and_needs_no_data_folder(scheme, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"custodiet_scheme": 1, "register": {"scheme_id": 7, "pilto": true, "removal_hours": "x"}}')
    status, out, err = scheme("check", bad, where=False)
    assert (status, out) == (1, "")
    assert [line.partition(":")[0] for line in err.splitlines()] == [
        "register.pilto",
        "register.scheme_id",
        "register.removal_hours",
    ]
    assert "did you mean pilot?" in err


def test_check_says_what_a_sound_file_still_lacks_and_who_can_supply_it(scheme, tmp_path, exported):
    file = tmp_path / "scheme.json"
    file.write_bytes(scheme_bytes(replace(exported, stop_rule="")))
    status, out, _ = scheme("check", file, where=False)
    assert status == 0
    assert "stop_rule: the finding at which the scheme is stopped (the senior owner of the scheme can supply it)" in out
    file.write_bytes(scheme_bytes(exported))
    assert "lacks nothing" in scheme("check", file, where=False)[1]


def test_check_finds_a_code_that_names_nothing(scheme, tmp_path, exported):
    file = tmp_path / "scheme.json"
    ops = (replace(exported.operations[0], powers=("p9",)), *exported.operations[1:])
    file.write_bytes(scheme_bytes(replace(exported, operations=ops)))
    status, _, err = scheme("check", file, where=False)
    assert status == 1
    assert f"register.operations[{ops[0].mode}].powers: names 'p9'" in err


def test_a_file_that_is_not_there_is_said_to_be_unreadable(scheme, tmp_path):
    status, _, err = scheme("check", tmp_path / "none.json", where=False)
    assert status == 1
    assert "cannot be read" in err


def test_import_keeps_the_next_version_and_export_gives_each_as_at_its_date(scheme, site, tmp_path, exported):
    before = site.clock.now() + timedelta(milliseconds=1)
    file, out = tmp_path / "scheme.json", tmp_path / "out.json"
    file.write_bytes(scheme_bytes(replace(exported, success_measure="Another measure")))
    status, said, _ = scheme("import", file, "--by", "officer-ana")
    assert status == 0
    assert "version 2 entered at" in said
    scheme("export", exported.name, "--out", out)
    assert read_scheme(out.read_bytes()).register.success_measure == "Another measure"
    _, old, _ = scheme("export", SCHEME, "--at", before.isoformat())
    assert read_scheme(old.encode()).register == exported
    assert json.loads(old)["assessment"] is None


def test_import_that_erases_earlier_wants_the_token_of_what_was_seen(scheme, site, tmp_path, exported):
    file = tmp_path / "scheme.json"
    rules = tuple(replace(one, days=3) if one.category == "trail" else one for one in exported.retention)
    file.write_bytes(scheme_bytes(replace(exported, retention=rules)))
    status, _, _ = scheme("import", file)
    assert "dry_run_first" in str(status)
    token = str(status).rpartition("token ")[2].rstrip(")")
    assert scheme("import", file, "--seen", token)[0] == 0


def test_a_new_scheme_is_imported_and_nothing_in_it_is_active(scheme, tmp_path, exported):
    file = tmp_path / "scheme.json"
    file.write_bytes(scheme_bytes(replace(exported, scheme_id="scheme_new", name="New")))
    status, out, _ = scheme("import", file)
    assert status == 0
    assert "no operation is active" in out
    assert read_scheme(scheme("export", "New")[1].encode()).register.scheme_id == "scheme_new"


def test_what_nobody_registered_is_not_exported(scheme):
    assert "no scheme of that id or name" in str(scheme("export", "nothing")[0])

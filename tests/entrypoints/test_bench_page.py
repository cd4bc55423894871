"""The page of a bench says what its JSON says, and nothing of what was not measured."""

import json

from custodiet.entrypoints.cli.bench_page import page, picture, write_page

FLOOR = {
    "fdatasync_us": 120,
    "copy_mb_per_s": 30_000,
    "aes_gcm_1kb_mb_per_s": 1400,
    "sha256_mb_per_s": 1200,
    "tls_handshake_us": 500,
}
PEER = {
    "positions_per_s": 900,
    "positions_per_cpu_s": 1000,
    "times_as_many_here": 9.0,
    "work": "a row each",
    "lacks": "no accuracy",
}
BARE = {"machine": {"cores": 2, "load_before": 1.5, "load_after": 2.5}, "floor": FLOOR, "peers": {}, "absent": {}}
PATH = {
    "people": 10_000,
    "zones_a_person": 5,
    "positions_per_s": 4000,
    "positions_per_cpu_s": 9000,
    "stages_ns": {"decode": 1000, "decide": 2000, "write": 3000},
    "bytes_a_position": 93.5,
    "peers": {"small & slow": PEER},
    "absent": {"another": "it is not installed"},
}


def test_ours_and_each_peer_stand_in_the_table_with_what_it_does_not_do():
    told = page(BARE | PATH)
    assert "| small & slow | 1,000 | 9.0 | a row each | no accuracy |" in told
    assert "| **custodiet** | 9,000 |" in told
    assert "another is not beside it: it is not installed." in told


def test_it_says_plainly_which_take_more_than_ours():
    assert "than all of these." in page(BARE | PATH)
    faster = PATH | {"peers": {"quick": PEER | {"positions_per_cpu_s": 20_000, "times_as_many_here": 0.5}}}
    assert "judging less and sealing nothing, take: quick." in page(BARE | faster)


def test_it_says_that_neighbours_shared_the_machine():
    assert "1.5 processes wanted to run as the bench began, 2.5 as it ended" in page(BARE)


def test_nothing_is_said_of_a_part_that_was_not_measured():
    assert "## Growth" not in page(BARE | PATH)
    assert "## Opening" not in page(BARE | PATH)
    assert "## The whole path" not in page(BARE)


def test_bars_are_as_long_as_their_values_and_the_longest_is_first():
    drawn = picture(BARE | PATH)
    assert drawn.index(">custodiet<") < drawn.index(">small &amp; slow<")
    assert 'width="560" height="24"' in drawn
    assert f'width="{round(560 / 9)}" height="24"' in drawn


def test_what_is_written_is_the_json_and_both_drawings_of_it(tmp_path):
    said = BARE | PATH
    write_page(said, tmp_path)
    assert json.loads((tmp_path / "performance.json").read_text()) == said
    assert (tmp_path / "performance.md").read_text() == page(said)
    assert (tmp_path / "performance.svg").read_text() == picture(said)

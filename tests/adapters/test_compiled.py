"""What is compiled does what is done in Python, or is not made, or is not used; and it keeps to its memory."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.many import needs_compiler

from custodiet.adapters import compiled, reading_many
from custodiet.adapters.reaching_many import REACHING_MANY
from custodiet.adapters.reading_many import READING_MANY
from custodiet.adapters.sealing_many import SEALING_MANY, OneByOne
from custodiet.main import main
from custodiet.main.monitors import join_reading_many, join_sealing_many
from custodiet.model.errors import Unready
from custodiet.wire.traccar_columns import LineByLine

ALL = (SEALING_MANY, READING_MANY, REACHING_MANY)
FAULTS = {
    SEALING_MANY: {
        "memcpy(row.piece, row.nonce, NONCE)": "memset(row.piece, 0, NONCE)",
        "row->key, row->nonce)\n": "row->key, row->key)\n",
        "row->nonce, row->key) == 0": "row->key, row->key) == 0",
        "(int)row->context_bytes)": "(int)row->context_bytes - 1)",
        "row->context_bytes, NULL, row->nonce": "row->context_bytes - 1, NULL, row->nonce",
        "return crypto_aead": "return 1 + crypto_aead",
        "LEAF = 0, NODE = 1": "LEAF = 1, NODE = 0",
        "hashes + 2 * pair * HASH, 2": "hashes, 2",
        "hashes + (count - 1) * HASH": "hashes",
        "heads + at * head_bytes": "heads",
        "keys + at * KEY": "keys",
        '"AES-256-GCM"': '"AES-256-CCM"',
        "void custodiet_root(": "void another_root(",
    },
    READING_MANY: {
        'key != "latitude"': 'key != "altitude"',
        "ALTITUDE, SPEED": "SPEED, ALTITUDE",
        "BATTERY, SATELLITES, HDOP": "BATTERY, HDOP, SATELLITES",
        "719468": "719467",
        "y / 4 - y / 100 + y / 400": "y / 4 - y / 100",
        "&& !leap": "&& leap",
        "written != row.time": "row.time.empty()",
        "(seen & which)": "(which & ~511u)",
        "(seen & needed) == needed": "(seen & needed) != ~0u",
        "which = 4, value.is_null()": "which = 4, !value.is_null() || true",
        "!row.serial.empty()": "true",
        "!memchr(line": "!!memchr(line",
        "row.valid && !row.mock": "row.valid",
        "!row.mock && row.alarm.empty()": "!row.mock",
        "into.usual = row.valid": "into.usual = true",
        "into.approximate = row": "into.approximate = !row",
        "size_t custodiet_read(": "size_t another_read(",
        "*to++ = '\\n';": "*to++ = '\\xff';",
        "to += row.serial.size();": "",
        "return count;": "return room + 1;",
        "return room + 1;": "break;",
        "*line == '{' && !memchr": "!memchr",
        "numeric_limits<double>::quiet_NaN()": "numeric_limits<double>::infinity()",
    },
    REACHING_MANY: {
        "sin_lat * sin_lat": "sin_lat",
        "-sin(lon), cos(lon),\n": "sin(lon), cos(lon),\n",
        "(1 + square / of->over_24_r2)": "(1 - square / of->over_24_r2)",
        "sin(across * RADIANS)": "across * RADIANS",
        "- 0.02 * size": "- 0.01 * size",
        "(isnan(zone->radius_m) ? 0 : zone->radius_m)": "0",
        "of->lat_max_e7 && gap <= of->far_from_m": "of->lat_max_e7",
        "fabs(place->lat_e7) <= of->lat_max_e7 && ": "",
        "along <= 0": "along < -1e9",
        "along >= 1": "along > 1e9",
        "(ry < 0) != (ry - dy < 0) && rx": "(ry < 0) != (ry - dy < 0) || rx",
        "walk(&walked, last, first, place);": "walk(&walked, first, last, place);",
        "beyond > of->rough_m": "beyond < 0",
        "(zone->west + zone->east) / 2": "zone->west",
        "keep_out ? far : -far": "far",
        "keep_out ? depth : -depth": "depth",
        "&& away > of->far_m ? NAN": "&& 0 ? NAN",
        ">= HOLE);": "== 0);",
        "corner < points_of(kind)": "corner < 2",
        "found <= of->edge_m": "found <= 1e3 * of->edge_m",
        "double reach = of->reach_max_m": "double reach = 2 * of->reach_max_m",
        "pieces += zone.count * PIECE_BYTES;": "",
        "points += used;": "",
        "keep_out[number]": "keep_out[0]",
        "keep_out + marks[who]": "keep_out",
        "packed + begins[who],": "packed,",
        "void custodiet_reaches(": "void another_reaches(",
    },
}
EACH = pytest.mark.parametrize(
    "which", [pytest.param(one, marks=needs_compiler(one), id=one.source.name) for one in ALL]
)
FAULT = pytest.mark.parametrize(
    ("which", "fault"),
    [pytest.param(one, fault, marks=needs_compiler(one)) for one in ALL for fault in FAULTS[one]],
)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Gives one of them from a copy of its source, where nothing was compiled yet."""
    monkeypatch.setattr(compiled, "BUILT", tmp_path / "built")

    def copied(which):
        source = tmp_path / which.source.name
        shutil.copy(which.source, source)
        return replace(which, source=source)

    return copied


@needs_compiler(SEALING_MANY)
@needs_compiler(READING_MANY)
def test_where_nothing_was_compiled_all_is_done_one_by_one_until_it_is(elsewhere, capsys):
    assert SEALING_MANY.load() is READING_MANY.load() is None
    assert isinstance(join_sealing_many(), OneByOne)
    assert isinstance(join_reading_many(), LineByLine)
    main(["compile"])
    assert capsys.readouterr().out.splitlines() == [str(one.library) for one in ALL]
    assert not isinstance(join_sealing_many(), OneByOne)
    assert not isinstance(join_reading_many(), LineByLine)


@EACH
def test_nothing_is_left_beside_it_and_what_an_older_source_made_is_not_taken(elsewhere, which):
    one = elsewhere(which)
    made = one.make()
    assert [made] == list(compiled.BUILT.iterdir())
    one.source.write_text(one.source.read_text() + "\n/* newer */\n")
    assert one.load() is None


@FAULT
def test_what_does_not_do_as_it_should_is_not_kept_when_it_is_made(elsewhere, which, fault):
    one = elsewhere(which)
    source = one.source.read_text()
    assert fault in source
    one.source.write_text(source.replace(fault, FAULTS[which][fault]))
    with pytest.raises(Unready, match="does not do as it should"):
        one.make()
    assert not list(compiled.BUILT.iterdir())


@EACH
def test_what_does_not_do_as_it_should_is_not_used_when_it_lies_there(elsewhere, which, caplog):
    one = elsewhere(which)
    right = one.source.read_text()
    fault, wrong = next(iter(FAULTS[which].items()))
    one.source.write_text(right.replace(fault, wrong))
    with pytest.raises(Unready):
        one.make()
    replace(one, join=lambda _: None).make()
    made = one.library
    assert one.load() is None
    assert "is not used" in caplog.text
    made.unlink()  # it is loaded, and lies under what is there
    made.write_bytes(b"no library")
    assert one.load() is None


@EACH
def test_where_nobody_may_look_nothing_is_used_and_that_is_said(elsewhere, which, monkeypatch, caplog):
    one = elsewhere(which)
    one.make()
    monkeypatch.setattr(Path, "exists", lambda _: (_ for _ in ()).throw(PermissionError("made up")))
    assert one.load() is None
    assert "is not used: PermissionError" in caplog.text


@EACH
def test_without_a_compiler_it_says_what_to_install(elsewhere, which, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unready) as refused:
        elsewhere(which).make()
    assert f"there is no {which.compiler} " in str(refused.value)
    assert f"apt-get install {which.packages}" in str(refused.value)


@EACH
def test_where_nothing_can_be_written_it_says_so(elsewhere, which):
    compiled.BUILT.write_text("a file")
    with pytest.raises(Unready, match="built cannot be made"):
        elsewhere(which).make()


@EACH
def test_what_does_not_compile_is_told(elsewhere, which, capfd):
    one = elsewhere(which)
    one.source.write_text("this is no C\n")
    with pytest.raises(Unready, match="does not compile"):
        one.make()
    assert "error" in capfd.readouterr().err


@needs_compiler(SEALING_MANY)
def test_one_that_cannot_be_made_does_not_keep_the_other_from_it(elsewhere, monkeypatch, capsys):
    monkeypatch.setattr(reading_many, "READING_MANY", replace(READING_MANY, compiler="no-such-compiler"))
    with pytest.raises(SystemExit, match="no no-such-compiler"):
        main(["compile"])
    assert capsys.readouterr().out.splitlines() == [str(SEALING_MANY.library), str(REACHING_MANY.library)]


COURSES = {
    SEALING_MANY: (
        "from test_sealing_many import some\n"
        "for count in (0, 1, 2, 3, 5, 64, 257):\n"
        "    sealed = checked.seal(*some(count)); checked.root(sealed.leaves)\n"
    ),
    READING_MANY: (
        "from test_reading_many import bodies_for_memory\n"
        "for body in bodies_for_memory():\n"
        "    checked.read(body, 10_000)\n"
    ),
    REACHING_MANY: ("from test_reaching_many import everything\nfor each in everything():\n    checked(*each)\n"),
}


@EACH
def test_it_reads_and_writes_nothing_beyond_what_it_was_given(which, tmp_path):
    """By the compiler's own checks of every access, in a process of its own."""
    library, flags = tmp_path / "checked.so", ["-g", "-O1", "-fPIC", "-shared", "-fno-omit-frame-pointer", *which.flags]
    checks = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    subprocess.run([which.compiler, *flags, *checks, "-o", library, which.source, *which.links], check=True)
    watchers = [
        subprocess.check_output([which.compiler, f"-print-file-name={name}"], text=True).strip()
        for name in ("libasan.so", "libstdc++.so")
    ]
    course = (
        f"import sys; from pathlib import Path; from custodiet.adapters import {Path(which.source).stem}\n"
        f"checked = {Path(which.source).stem}._AtOnce(Path(sys.argv[1]))\n{COURSES[which]}print('through')\n"
    )
    here = Path(__file__).parent
    environment = os.environ | {
        "LD_PRELOAD": " ".join(watchers),
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)]),
    }
    command = [sys.executable, "-c", course, str(library)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "through\n"), done.stderr[-2000:]

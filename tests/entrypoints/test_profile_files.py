"""`custodiet profile`: the files that it writes, for whom, and what they show."""

import base64
import io
import json
import stat
import zlib
from datetime import timedelta
from urllib.parse import quote

import pytest
import segno
from support.phone import taken_in
from support.watched import ask, circle, ledger_size

from custodiet.entrypoints.cli.profile import drawn, write_all, write_phone
from custodiet.model.errors import IllegalValue, NotPermitted, Unready
from custodiet.model.mode import ModeCode
from custodiet.wire.profiles import Profile

SERIAL = "made-up/42"


@pytest.fixture
def person(house):
    person = house.person(SERIAL)
    ask(house, person, mode=ModeCode.CARRIED_TRAIL)
    house.clock.pass_(timedelta(minutes=1))
    return person


def write(house, person, out, **given):
    asked = {
        "reference": person.case.reference,
        "client": "owntracks",
        "url": "https://gateway.example",
        "label": "Phone 7",
        "token": person.token,
        "out": str(out),
        "by": "officer-ana",
        "strand": "main",
        "every_s": 60,
    }
    write_phone(house.store, house.vault, house.clock, **asked | given)


def test_a_file_and_a_code_are_written_for_their_owner_alone(house, person, tmp_path, capsys):
    out = tmp_path / "for the phone"
    write(house, person, out)
    names = ["Phone-7.otrc", "Phone-7.png", "Phone-7.svg"]
    assert sorted(path.name for path in out.iterdir()) == names
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    said = capsys.readouterr()
    assert sorted(said.out.splitlines()) == [str(out / name) for name in names]
    assert "rung 10: each of these holds the phone's token" in said.err
    assert person.token not in said.out + said.err
    assert json.loads((out / "Phone-7.otrc").read_bytes())["password"] == person.token


def test_nothing_is_written_over_anything_nor_half(house, person, tmp_path):
    (tmp_path / "Phone-7.png").write_bytes(b"mine")
    with pytest.raises(Unready, match="is there already: nothing was written"):
        write(house, person, tmp_path)
    assert [path.name for path in tmp_path.glob("Phone-7*")] == ["Phone-7.png"]
    assert (tmp_path / "Phone-7.png").read_bytes() == b"mine"


def test_what_was_said_wrongly_leaves_no_file_and_no_entry(house, tmp_path):
    person = house.person(SERIAL)
    ask(house, person, mode=ModeCode.ZONE_ON_DEVICE)
    before = ledger_size(house)
    for given, refused in (
        ({"url": "http://gateway.example"}, IllegalValue),
        ({"label": "a/b"}, IllegalValue),
        ({"every_s": 5}, IllegalValue),
        ({"token": "nobody"}, NotPermitted),
    ):
        with pytest.raises(refused):
            write(house, person, tmp_path / "none", **given)
    assert not (tmp_path / "none").exists()
    assert ledger_size(house) == before


def test_a_password_of_a_broker_is_not_looked_for_among_tokens(house, person, tmp_path):
    write(house, person, tmp_path, url="mqtts://broker.example", token="of the broker")
    assert json.loads((tmp_path / "Phone-7.otrc").read_bytes())["password"] == "of the broker"


def test_traccar_clients_file_is_the_link_that_its_code_holds(house, person, tmp_path):
    write(house, person, tmp_path, client="traccar")
    link = (tmp_path / "Phone-7.txt").read_text().strip()
    assert link.startswith(f"https://gateway.example/in/osmand/{person.token}?id=made-up%2F42&")
    assert modules_of((tmp_path / "Phone-7.png").read_bytes()) == modules_of(link)


def test_the_codes_hold_the_link_and_are_called_by_the_label(house, person, tmp_path):
    write(house, person, tmp_path, label="Ämter, 2. Stock")
    [file] = tmp_path.glob("*.otrc")
    text = file.read_bytes()
    profile = Profile(".otrc", text, "")
    assert "<title>Ämter, 2. Stock</title>" in file.with_suffix(".svg").read_text()
    link = "owntracks:///config?inline=" + link_of(text)
    assert modules_of(file.with_suffix(".png").read_bytes()) == modules_of(link)
    assert taken_in(Profile(profile.suffix, text, link))["deviceId"] == "42"
    assert b"custodiet" not in file.with_suffix(".svg").read_bytes().lower()


def test_with_many_zones_the_file_is_given_and_no_code(house, tmp_path, capsys):
    person = house.person(SERIAL)
    zones = tuple(circle((46.5 + number / 100, -28.1234567), 200) for number in range(19))
    ask(house, person, mode=ModeCode.ZONE_ON_DEVICE, more=zones)
    write(house, person, tmp_path)
    [file] = [path for path in tmp_path.iterdir() if path.name.startswith("Phone")]
    assert len(json.loads(file.read_bytes())["waypoints"]) == 20
    assert "too much for a QR code: give the file" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_left_without_a_part(tmp_path):
    with pytest.raises(TypeError):
        write_all(tmp_path, "phone", {".a": b"1", ".b": "no bytes"})
    assert list(tmp_path.iterdir()) == []
    assert drawn(Profile(".txt", b"", "x" * 4000), "label") == {}


# --- reading what was drawn -----------------------------------------------------------------------------


def link_of(text):
    return quote(base64.b64encode(text), safe="")


def modules_of(drawn_or_link):
    """The dark and light squares, border and scale taken off: of a PNG, or of the code that holds a link."""
    if isinstance(drawn_or_link, str):
        code = segno.make(drawn_or_link, micro=False)
        return [[int(module & 1) for module in row] for row in code.matrix]
    data, rows = io.BytesIO(drawn_or_link), b""
    assert data.read(8) == b"\x89PNG\r\n\x1a\n"
    while length := data.read(4):
        kind, content = data.read(4), data.read(int.from_bytes(length, "big"))
        data.read(4)
        if kind == b"IHDR":
            width, depth, colours = int.from_bytes(content[:4], "big"), content[8], content[9]
        elif kind == b"IDAT":
            rows += content
        else:
            assert kind == b"IEND", "nothing else may lie in the picture"
    assert (depth, colours) == (1, 0)
    stride = (width + 7) // 8 + 1
    plain = zlib.decompress(rows)
    lines, above = [], bytes(stride - 1)
    for start in range(0, len(plain), stride):
        line = plain[start + 1 : start + stride]
        if plain[start]:  # as it differs from the line above
            assert plain[start] == 2
            line = bytes((one + up) % 256 for one, up in zip(line, above, strict=True))
        lines.append(line)
        above = line
    dark = [[1 - (line[x // 8] >> (7 - x % 8) & 1) for x in range(width)] for line in lines]
    return [row[16:-16:4] for row in dark[16:-16:4]]

"""Who the witnesses are, which of them are enough, and since when they were."""

from datetime import UTC, datetime, timedelta

import pytest

from custodiet.model.errors import NotTheFormat
from custodiet.wire.cosigning import parse_witness_vkey, read_witness_policy, witness_vkey
from custodiet.wire.note import NoteError, vkey

KEYS = [witness_vkey(f"witness.example/{number}", bytes([number]) * 32) for number in range(4)]
AT = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
THREE = "\n".join(f"witness w{number} {KEYS[number]} https://w{number}.example" for number in range(3))


def test_a_key_is_read_in_its_one_spelling():
    assert parse_witness_vkey(KEYS[1]) == ("witness.example/1", b"\1" * 32)
    for wrong in ("", "a+b", KEYS[1].replace("+", "+0", 1), KEYS[1] + "=", vkey("log.example", bytes(32))):
        with pytest.raises(NoteError):
            parse_witness_vkey(wrong)


@pytest.mark.parametrize(
    ("needs", "minutes", "since"),
    [
        ("any", {0: 3}, 3),
        ("any", {0: 3, 1: 9}, 9),
        ("2", {0: 3}, None),
        ("2", {0: 3, 1: 9}, 3),
        ("2", {0: 3, 1: 9, 2: 5}, 5),
        ("all", {0: 3, 1: 9}, None),
        ("all", {0: 3, 1: 9, 2: 5}, 3),
        ("any", {}, None),
    ],
)
def test_since_when_enough_had_signed_is_the_oldest_of_the_newest_that_are_enough(needs, minutes, since):
    policy = read_witness_policy(f"# made up\n{THREE}\ngroup g {needs} w0 w1 w2\nquorum g\n")
    signed = {f"w{number}": AT + timedelta(minutes=minute) for number, minute in minutes.items()}
    assert policy.enough_since(signed) == (None if since is None else AT + timedelta(minutes=since))


def test_groups_of_groups_and_a_log_line_and_no_quorum_at_all_are_read():
    text = f"log {vkey('log.example', bytes(32))}\n{THREE}\ngroup g all w0 w1\ngroup h any g w2\nquorum h\n"
    policy = read_witness_policy(text)
    assert policy.enough_since({"w0": AT}) is None
    assert policy.enough_since({"w2": AT}) == AT
    assert read_witness_policy("quorum none").quorum is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        THREE,
        f"{THREE}\nquorum w9",
        f"{THREE}\nquorum w0\nquorum w1",
        f"{THREE}\nwitness w0 {KEYS[3]}\nquorum w0",
        f"{THREE}\nwitness again {KEYS[0]}\nquorum w0",
        f"{THREE}\ngroup g 3 w0 w1\nquorum g",
        f"{THREE}\ngroup g 0 w0 w1\nquorum g",
        f"{THREE}\ngroup g any w0 w0\nquorum g",
        f"{THREE}\ngroup g any w0\ngroup h any w0\nquorum h",
        f"{THREE}\ngroup none any w0\nquorum none",
        f"quorum w0\n{THREE}",
        f"{THREE}\nquorum w0\nwitness w9 {KEYS[3]}",
        "witness w0 nothing\nquorum w0",
        "something else",
    ],
)
def test_a_policy_that_leaves_a_doubt_is_refused(text):
    with pytest.raises(NotTheFormat):
        read_witness_policy(text)


def test_two_witnesses_whose_keys_end_alike_in_base64_are_two():
    """A plus sign is a letter of base64, too."""
    ends_with_plus = [bytes([number]) * 31 + b"\x3e" for number in (1, 2)]
    keys = [witness_vkey(f"witness.example/{number}", key) for number, key in enumerate(ends_with_plus)]
    assert all(key.endswith("+") for key in keys)
    policy = read_witness_policy(f"witness w0 {keys[0]}\nwitness w1 {keys[1]}\nquorum w0")
    assert [one.vkey for one in policy.witnesses] == keys
    same = witness_vkey("witness.example/another", ends_with_plus[0])
    with pytest.raises(NotTheFormat, match="one key are one"):
        read_witness_policy(f"witness w0 {keys[0]}\nwitness w1 {same}\nquorum w0")

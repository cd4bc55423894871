"""Signed notes and checkpoints: one spelling, one key, and a signature over every character."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from custodiet.wire.note import (
    Checkpoint,
    NoteError,
    checkpoint_body,
    key_id,
    open_checkpoint,
    open_note,
    parse_checkpoint,
    parse_vkey,
    sign_note,
    unverified_body,
    vkey,
)

# Go's documentation of sumdb/note prints this key and this note: bytes that we did not make.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    GO_TEXT + "\n\N{EM DASH} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"
    "KvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)

NAME = "ledger.example/em"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
VKEY = vkey(NAME, PUBLIC)
BODY = checkpoint_body(Checkpoint(NAME, 700, bytes(range(32))))
NOTE = sign_note(BODY, NAME, KEY.sign, PUBLIC)

OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER_PUBLIC = OTHER.public_key().public_bytes_raw()


def line(name, data):
    return f"\N{EM DASH} {name} {base64.b64encode(data).decode()}\n"


def own_line(body=BODY, key=KEY):
    return line(NAME, key_id(NAME, PUBLIC) + key.sign(body.encode()))


# --- notes ----------------------------------------------------------------------------------------------


def test_a_note_and_a_key_that_go_made_are_read():
    assert open_note(GO_NOTE, GO_VKEY) == GO_TEXT
    name, public = parse_vkey(GO_VKEY)
    assert (name, vkey(name, public)) == ("PeterNeumann", GO_VKEY)


def test_a_signed_note_is_the_text_an_empty_line_and_one_signature():
    assert f"{BODY}\n{own_line()}" == NOTE
    assert open_note(NOTE, VKEY) == BODY


def test_a_note_may_hold_empty_lines():
    text = "one\n\n\ntwo\n"
    assert open_note(sign_note(text, NAME, KEY.sign, PUBLIC), VKEY) == text


@given(st.text(st.characters(codec="utf-8", min_codepoint=32)).filter(bool))
def test_any_printable_text_comes_back_as_it_was(text):
    assert open_note(sign_note(text + "\n", NAME, KEY.sign, PUBLIC), VKEY) == text + "\n"


def test_no_character_of_a_note_can_be_changed():
    for at in range(len(NOTE)):
        with pytest.raises(NoteError):
            open_note(NOTE[:at] + chr(ord(NOTE[at]) ^ 1) + NOTE[at + 1 :], VKEY)


def test_no_character_of_a_note_can_be_dropped():
    for at in range(len(NOTE)):
        with pytest.raises(NoteError):
            open_note(NOTE[:at] + NOTE[at + 1 :], VKEY)


def test_signatures_by_keys_we_do_not_know_are_passed_over():
    witness = line("witness.example", b"abcd" + bytes(72))
    same_name = line(NAME, b"abcd" + bytes(64))
    same_id = line("other.example", key_id(NAME, PUBLIC) + bytes(64))
    assert open_note(NOTE + witness + same_name + same_id, VKEY) == BODY
    assert open_note(f"{BODY}\n{witness}{own_line()}", VKEY) == BODY


REFUSED = {
    "nothing": "",
    "only a text": BODY,
    "no signature": BODY + "\n",
    "no empty line": BODY + own_line(),
    "no last newline": NOTE[:-1],
    "something after": NOTE + "\n",
    "an empty text": "\n\n" + own_line("\n"),
    "a text of newlines": "\n\n\n" + own_line("\n\n"),
    "our key does not sign": BODY + "\n" + line("witness.example", b"abcd" + bytes(64)),
    "another key under our id": BODY + "\n" + own_line(key=OTHER),
    "signed twice": NOTE + own_line(),
    "a good and a bad signature of ours": NOTE + own_line(key=OTHER),
    "a bad one before the good": f"{BODY}\n{own_line(key=OTHER)}{own_line()}",
    "a signature that is too short": BODY + "\n" + line(NAME, key_id(NAME, PUBLIC) + bytes(63)),
    "a signature that is too long": NOTE[:-1].rpartition(" ")[0]
    + " "
    + base64.b64encode(key_id(NAME, PUBLIC) + KEY.sign(BODY.encode()) + b"\0").decode()
    + "\n",
    "a signature without bytes": NOTE + line("witness.example", b"abcd"),
    "a malformed line of somebody else": NOTE + "\N{EM DASH} witness.example !!!\n",
    "a line that is none": NOTE + "hello\n",
    "a hyphen for the dash": NOTE + line("witness.example", bytes(68)).replace("\N{EM DASH}", "-"),
    "an en dash for the dash": NOTE + line("witness.example", bytes(68)).replace("\N{EM DASH}", "\N{EN DASH}"),
    "two spaces": NOTE + line("witness.example", bytes(68)).replace(" ", "  "),
    "a name with a plus": NOTE + line("wit+ness", bytes(68)),
    "a name with a wide space": NOTE + line("wit\N{EM SPACE}ness", bytes(68)),
    "no name": NOTE + line("", bytes(68)),
    "base64 without padding": NOTE + line("witness.example", bytes(68)).replace("=", ""),
    "base64 with stray bits": NOTE + line("witness.example", bytes(68)).replace("A=", "B="),
    "web base64": NOTE + line("witness.example", b"\xff" * 69).replace("/", "_"),
    "a carriage return": NOTE.replace("\n", "\r\n"),
    "a tab": f"a\tb\n\n{own_line('a' + chr(9) + 'b' + chr(10))}",
    "a nul": f"a\0b\n\n{own_line('a' + chr(0) + 'b' + chr(10))}",
    "half a character": "\ud800\n\n" + own_line(),
    "too many signatures": NOTE + line("witness.example", bytes(68)) * 100,
    "too long": "a" * 1_000_000 + "\n\n" + own_line("a" * 1_000_000 + "\n"),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_exactly_a_note_of_ours_is_refused(text):
    with pytest.raises(NoteError):
        open_note(text, VKEY)


def test_another_key_opens_nothing():
    for stranger in (vkey(NAME, OTHER_PUBLIC), vkey("other.example", PUBLIC), GO_VKEY):
        with pytest.raises(NoteError, match="not signed"):
            open_note(NOTE, stranger)


def test_an_error_quotes_nothing_that_nobody_signed():
    for text in REFUSED.values():
        with pytest.raises(NoteError) as caught:
            open_note(text.replace("witness", "SECRET"), VKEY)
        assert "SECRET" not in str(caught.value)


# --- signing --------------------------------------------------------------------------------------------


def test_a_signature_by_another_key_than_we_think_is_found_out_when_it_is_made():
    with pytest.raises(NoteError, match="does not belong"):
        sign_note(BODY, NAME, OTHER.sign, PUBLIC)


@pytest.mark.parametrize("body", ["", "\n", "no newline", "a\r\n", "a\x00\n", "\ud800\n"])
def test_what_cannot_be_read_again_is_never_signed(body):
    signed = []
    with pytest.raises(NoteError):
        sign_note(body, NAME, lambda data: signed.append(data) or KEY.sign(data), PUBLIC)
    assert not signed


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\N{NO-BREAK SPACE}b", "a\x00b", "\ud800"])
def test_a_name_that_a_signature_line_cannot_carry_is_refused(name):
    for use in (lambda: key_id(name, PUBLIC), lambda: vkey(name, PUBLIC)):
        with pytest.raises(NoteError):
            use()


# --- keys -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        NAME,
        VKEY + "\n",
        " " + VKEY,
        VKEY.replace(NAME, NAME + "x"),
        VKEY.replace(key_id(NAME, PUBLIC).hex(), "00000000"),
        VKEY.replace(key_id(NAME, PUBLIC).hex(), key_id(NAME, PUBLIC).hex()[:-1]),
        GO_VKEY.replace("c74f20a3", "C74F20A3"),
        VKEY[:-1],
        "+".join([*VKEY.split("+", 2)[:2], base64.b64encode(b"\x04" + PUBLIC).decode()]),
        "+".join([*VKEY.split("+", 2)[:2], base64.b64encode(b"\x01" + PUBLIC[:-1]).decode()]),
        "+".join([*VKEY.split("+", 2)[:2], ""]),
    ],
)
def test_a_key_in_another_spelling_is_refused(text):
    with pytest.raises(NoteError):
        parse_vkey(text)


# --- checkpoints ----------------------------------------------------------------------------------------


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_is_read_as_it_was_written(size, root):
    checkpoint = Checkpoint(NAME, size, root)
    assert parse_checkpoint(checkpoint_body(checkpoint)) == checkpoint


def test_the_specifications_own_example_is_read():
    root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    read = parse_checkpoint(f"example.com/behind-the-sofa\n20852163\n{root}\n")
    assert read == Checkpoint("example.com/behind-the-sofa", 20852163, base64.b64decode(root))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (NAME, ""),
        (NAME, "a\x01b"),
        ("700", ""),
        ("700", "0700"),
        ("700", "+700"),
        ("700", "-1"),
        ("700", "7_00"),
        ("700", " 700"),
        ("700", "700.0"),
        ("700", "\N{FULLWIDTH DIGIT SEVEN}00"),
        ("700", str(2**63)),
        ("700", "9" * 5000),
        ("Hh8=", "Hh9="),
        ("Hh8=", "Hh8"),
        ("Hh8=", "Hg=="),
        ("Hh8=", "Hh8=="),
        ("Hh8=\n", "Hh8="),
        ("Hh8=\n", "Hh8=\n\n"),
        ("Hh8=\n", "Hh8=\nextension\n"),
        ("\n", "\r\n"),
    ],
)
def test_a_checkpoint_has_one_spelling(old, new):
    spoilt = BODY.replace(old, new)
    assert spoilt != BODY
    with pytest.raises(NoteError):
        parse_checkpoint(spoilt)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [
        ("", 1, bytes(32)),
        ("a\nb", 1, bytes(32)),
        ("a", -1, bytes(32)),
        ("a", 2**63, bytes(32)),
        ("a", 1, bytes(31)),
    ],
)
def test_a_checkpoint_that_cannot_be_written_does_not_exist(origin, size, root):
    with pytest.raises(NoteError):
        Checkpoint(origin, size, root)


def test_a_log_signs_only_for_its_own_origin():
    assert open_checkpoint(NOTE, VKEY) == Checkpoint(NAME, 700, bytes(range(32)))
    foreign = checkpoint_body(Checkpoint("other.example", 700, bytes(range(32))))
    with pytest.raises(NoteError, match=r"other\.example"):
        open_checkpoint(sign_note(foreign, NAME, KEY.sign, PUBLIC), VKEY)


def test_a_text_can_be_looked_at_before_its_signature_but_must_be_a_note():
    assert unverified_body(f"{BODY}\n{own_line(key=OTHER)}") == BODY
    with pytest.raises(NoteError):
        unverified_body(BODY)

"""The accountability pack of a case: what was decided, assessed, told and looked at, each entry with its proof.

No name, no position, no words and nothing sealed is in it, so that it may leave the house: who acted stands by function
and pseudonym, the person not at all. Whoever gets it checks it without us: every entry's bytes hash to a leaf, a proof
binds the leaf to a signed checkpoint, and a record that stands in the open is the one its entry commits to.
"""

import base64
import json
from datetime import datetime

from custodiet.flows.ports import Reading, Store, Vault
from custodiet.flows.reading_records import read_all
from custodiet.flows.scheme_now import scheme_at
from custodiet.model.decision import Decision
from custodiet.model.entry import EntryKind as K
from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import ActorId
from custodiet.model.stored import EntryRow
from custodiet.model.times import as_text
from custodiet.rules.chain import Tree
from custodiet.rules.oversight import pseudonym
from custodiet.rules.staff import function_of
from custodiet.wire.note import open_checkpoint
from custodiet.wire.proof import FILE_SUFFIX, Proof, write_proof
from custodiet.wire.records import read_entry

IN_THE_OPEN = frozenset({K.READING_OPENED, K.QUESTION_ASKED, K.LOOK_REFUSED, K.REVIEW_MISSED})
"""Kinds whose records hold nothing that is sealed, and no account but whoever the entry names too."""

_HOW = """How to check this pack without whoever made it

pack.json   what the entries say, in order; times are UTC
key         the log's verifier key: compare it with one you have from elsewhere
entries/    each entry's bytes, as they were hashed
proofs/     that the entry is in the log, at its place (c2sp.org/tlog-proof), with the signed checkpoint

An entry's leaf is SHA-256 of a zero byte and its bytes (RFC 6962). Where pack.json gives "record" and "salt" of an
entry, its "record" field is SHA-256 of: custodiet/record/v1, a zero byte, the salt, the record.
"""


def pack_case(
    store: Store, vault: Vault, reference: str, now: datetime, known_vkey: str, cosigned: str | None
) -> dict[str, bytes]:
    """The files of a pack by name. Raises NotFound, VaultUnavailable, OpeningRefused.

    `cosigned`: the newest checkpoint that witnesses have signed, taken when it covers every entry of the pack.
    """
    signed_now = vault.checkpoint()
    with store.reading() as view:
        case = view.case_by_reference(reference)
        size = open_checkpoint(signed_now, known_vkey).size
        places = [one for one in read_all(view).of_case.get(case.id, []) if one < size]
        note = signed_now
        if cosigned is not None and places and open_checkpoint(cosigned, known_vkey).size > places[-1]:
            note = cosigned
        checkpoint = open_checkpoint(note, known_vkey)
        tree = Tree(view.leaves()[: checkpoint.size])
        if tree.root() != checkpoint.root:
            raise OpeningRefused("the ledger is not the one that was signed: nothing can be shown of it")
        rows = [view.entries(one, 1)[0] for one in places]
        scheme = scheme_at(view, case.scheme_id, now)
        told = {
            "case": reference,
            "scheme": scheme.name,
            "controller": scheme.controller,
            "as_at": as_text(now),
            "log": checkpoint.origin,
            "entries_in_log": checkpoint.size,
            "decisions": [_decision(one) for one in view.decisions_of(case.id)],
            "entries": [_entry(view, row, checkpoint.origin) for row in rows],
        }
    files = {"pack.json": _json(told), "key": f"{known_vkey}\n".encode(), "README.txt": _HOW.encode()}
    for row in rows:
        proof = Proof(row.index, tree.inclusion_proof(row.index, checkpoint.size), note)
        files[f"entries/{row.index}.json"] = row.body
        files[f"proofs/{row.index}{FILE_SUFFIX}"] = write_proof(proof).encode()
    return files


def _decision(one: Decision) -> dict[str, object]:
    return {
        "id": one.id,
        "mode": one.mode,
        "rung": one.rung.rung,
        "authority": one.authority,
        "power": one.power,
        "purposes": one.purposes,
        "from": as_text(one.starts_at),
        "review_due": as_text(one.review_due_at),
        "until": None if one.until is None else as_text(one.until),
        "state": one.state,
    }


def _entry(view: Reading, row: EntryRow, origin: str) -> dict[str, object]:
    entry = read_entry(row.body)
    actor = ActorId(entry.actor)
    told: dict[str, object] = {
        "index": row.index,
        "at": as_text(entry.at),
        "kind": entry.kind,
        "function": function_of(view.roles_of(actor), entry.at),
        "by": pseudonym(actor, origin),
    }
    if entry.kind in IN_THE_OPEN and row.record is not None and row.salt is not None:
        told |= {"record": row.record.decode(), "salt": base64.b64encode(row.salt).decode()}
    return told


def _json(told: object) -> bytes:
    return json.dumps(told, indent=2, ensure_ascii=False).encode() + b"\n"

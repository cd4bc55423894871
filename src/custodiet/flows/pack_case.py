"""The accountability pack of a case: what was decided, asked of the person, assessed, told, looked at and given to
agencies, each entry with its proof.

No name, no position, no words and nothing sealed is in it, so that it may leave the house. Who acted stands by
function; but an entry's bytes name the account as well, since without it they are not what was hashed. The person
stands not at all. Whoever gets it checks it without us: every entry's bytes hash to a leaf, a proof binds the leaf to
a signed checkpoint, and a record that stands in the open is the one its entry commits to.
"""

import base64
import json
from datetime import datetime

from custodiet.flows.ports import Reading, Store, Vault
from custodiet.flows.prove_entry import note_and_tree
from custodiet.flows.reading_records import Told, read_all
from custodiet.flows.scheme_now import scheme_at
from custodiet.model.assessing_record import AssessmentRecorded
from custodiet.model.condition import Interval, Schedule
from custodiet.model.decision import Decision
from custodiet.model.disclosure import Pack
from custodiet.model.entry import EntryKind as K
from custodiet.model.identity import ActorId
from custodiet.model.stored import EntryRow
from custodiet.model.times import as_text
from custodiet.rules.conditions.timetable import DAYS, clock_at, same_hours
from custodiet.rules.staff import function_of
from custodiet.wire.note import open_checkpoint
from custodiet.wire.proof import FILE_SUFFIX, Proof, write_proof
from custodiet.wire.records import read_entry, read_record

IN_THE_OPEN = frozenset(
    {
        K.READING_OPENED,
        K.READING_UNMASKED,
        K.QUESTION_ASKED,
        K.LOOK_REFUSED,
        K.REVIEW_MISSED,
        K.AGENCY_TURNED_AWAY,
        K.PACK_GIVEN,
        K.PACK_RECEIVED,
        K.PACK_RECALLED,
    }
)
"""Kinds whose records hold nothing that is sealed, and no account but whoever the entry names too."""

_HOW = """How to check this pack without whoever made it

pack.pdf    what happened, for people to read: what pack.json says, in words
pack.json   what the entries say, in order; times are UTC
key         the log's verifier key: compare it with one you have from elsewhere
entries/    each entry's bytes, as they were hashed; the account that acted stands in them, and no name
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
    with store.reading() as view:
        case = view.case_by_reference(reference)
        records = read_all(view)
        rows = [view.entries(one, 1)[0] for one in records.of_case.get(case.id, [])]
        scheme = scheme_at(view, case.scheme_id, now)
        entries = [_entry(view, row) for row in rows]
        decided = [one for one in records.proposed.values() if one[0].case_id == case.id]
        decisions = [
            _decision(records, *one)
            | {"assessment": _assessment(view, records, one[0]), "conditions": _conditions(records, one[0])}
            for one in decided
        ]
    # The checkpoint is newer than what was read, so it covers it.
    note, tree = note_and_tree(store, vault, max((row.index for row in rows), default=0), cosigned)
    told = {
        "case": reference,
        "scheme": scheme.name,
        "controller": scheme.controller,
        "as_at": as_text(now),
        "log": open_checkpoint(note, known_vkey).origin,
        "entries_in_log": len(tree),
        "decisions": decisions,
        "given": [_given(records, *one) for one in records.packs if one[0].case_id == case.id],
        "entries": entries,
    }
    files = {"pack.json": _json(told), "key": f"{known_vkey}\n".encode(), "README.txt": _HOW.encode()}
    for row in rows:
        proof = Proof(row.index, tree.inclusion_proof(row.index, len(tree)), note)
        files[f"entries/{row.index}.json"] = row.body
        files[f"proofs/{row.index}{FILE_SUFFIX}"] = write_proof(proof).encode()
    return files


def _decision(records: Told, one: Decision, proposed: int) -> dict[str, object]:
    """As it was proposed, and the entries in which it was, and was made, and ended."""
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
        "proposed": proposed,
        "made": records.made.get(one.id),
        "over": records.over.get(one.id),
    }


def _assessment(view: Reading, records: Told, decision: Decision) -> dict[str, object] | None:
    """What was asked and answered before it, in codes; None where nothing was assessed, or the record is not there.

    Of a device in the person's life and of those at home it says that it was asked, not what came of it: that is of
    their health and their family.
    """
    at = records.assessment_of(decision.id)
    row = None if at is None else view.entries(at, 1)[0]
    record = None if row is None or row.record is None else read_record(row.record)
    if not isinstance(record, AssessmentRecorded):
        return None
    one = record.assessment
    return {
        "entry": at,
        "why_this_case": one.selection,
        "why_not_lower": {answer.family: answer.reason for answer in one.families},
        "facts": {answer.family: len(answer.facts) for answer in one.families},
        "compared_with": one.compared_with,
        "with_detention": one.with_detention,
        "article_8": dict(one.article_8),
        "practicality_asked": len(one.practicality),
        "home_considered": bool(one.at_home),
        "finding_shown": one.finding_shown,
    }


def _conditions(records: Told, decision: Decision) -> list[dict[str, object]]:
    """What it asked of the person, as it was stated: the kinds with their hours. Of a place it says that it is sealed,
    and in which entry it was sealed first, where the condition was carried over from another decision.
    """
    told = []
    for condition, entry in records.conditions.values():
        if condition.decision_id == decision.id:
            first = records.conditions.get(condition.sealed_as or condition.id)
            told.append(
                {
                    "entry": entry,
                    "kind": condition.kind,
                    "place": "sealed" if condition.geometry_sealed else None,
                    "sealed_in": first[1] if condition.geometry_sealed and first is not None else None,
                    "hours": _hours(condition.schedule),
                    "absences": [
                        {"entry": index, **_window(one)} for one, index in records.absences.get(condition.id, ())
                    ],
                }
            )
    return told


def _hours(schedule: Schedule) -> dict[str, object] | None:
    """When it asks; None: at every hour."""
    if schedule.is_always:
        return None
    return {
        "zone": None if schedule.zone is None else schedule.zone.name,
        "weekly": [
            {
                "days": [DAYS[day] for day in one.days],
                "from": clock_at(one.opens_min),
                "to": clock_at(one.closes_min),
                "lasts_min": one.for_min,
            }
            for one in same_hours(schedule)
        ],
        "once": [_window(one) for one in schedule.once],
    }


def _window(one: Interval) -> dict[str, str]:
    return {"from": as_text(one.from_at), "to": as_text(one.to_at)}


def _given(records: Told, pack: Pack, index: int) -> dict[str, object]:
    """To whom positions were given, of which window."""
    request, release = records.requests.get(pack.request_id), records.releases.get(pack.request_id)
    return {
        "entry": index,
        "recipient": None if request is None else request.recipient,
        "purpose": None if request is None else request.purpose,
        **({"from": None, "to": None} if release is None else _window(release.window)),
    }


def _entry(view: Reading, row: EntryRow) -> dict[str, object]:
    entry = read_entry(row.body)
    told: dict[str, object] = {
        "index": row.index,
        "at": as_text(entry.at),
        "kind": entry.kind,
        "function": function_of(view.roles_of(ActorId(entry.actor)), entry.at),
    }
    if entry.kind in IN_THE_OPEN and row.record is not None and row.salt is not None:
        told |= {"record": row.record.decode(), "salt": base64.b64encode(row.salt).decode()}
    return told


def _json(told: object) -> bytes:
    return json.dumps(told, indent=2, ensure_ascii=False).encode() + b"\n"

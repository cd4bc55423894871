"""Draws pages in docs/ from tables in the code, so that what they say cannot rot: `./dev docs`.

With --check it writes nothing, names each page that differs from what it would draw, and exits 1 if any does.
"""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

from custodiet.model.alert import AlertMove, AlertState
from custodiet.model.decision import LATE_MAX_DEFAULT, State
from custodiet.model.entry import EntryKind
from custodiet.model.judging import DEFAULTS, Judging
from custodiet.model.mode import LADDER, NOT_BUILT, Category, Kind
from custodiet.model.report import Reason
from custodiet.rules.alerts import IN_HAND_MAX, RAISES_IT, SUSPENDED_MAX, TRIES_MIN, WITH_REASONS
from custodiet.rules.alerts import MOVES as ALERT_MOVES
from custodiet.rules.authority import AHEAD_MAX
from custodiet.rules.decisions import ENDINGS, MOVES, Move
from custodiet.wire.scheme import schema_bytes

DOCS = Path(__file__).resolve().parents[1] / "docs"

ENTRY_MEANINGS: dict[str, str] = {
    EntryKind.LOG_OPENED: "the first entry of a log: the vault's public keys are pinned",
    EntryKind.LOG_REOPENED: "a restore closed the log and opened this one: the closed head, what was kept, what is "
    "lost, who ordered it, said in the open",
    EntryKind.SCHEME_REGISTERED: "a scheme was registered",
    EntryKind.CASE_OPENED: "a case was opened for a person who has no name here yet",
    EntryKind.PERSON_NAMED: "a person's name was recorded, sealed; perhaps also how they are reached",
    EntryKind.CASE_IMPORTED: "a case came out of a file: the file's digest, the line, who had it taken in",
    EntryKind.DEVICE_REGISTERED: "a device was taken into stock",
    EntryKind.DEVICE_NOTED: "a device was fitted with its checks, inspected, taken off, found faulty or mended: codes, "
    "and no word of the person",
    EntryKind.INSPECTION_DUE: "a device on someone is to be inspected, how it sits and the skin under it: a task",
    EntryKind.FITTING_MADE: "a fitting began: this device is with this person from now",
    EntryKind.FITTING_ENDED: "a fitting ended, and the tokens issued at it with it",
    EntryKind.SENDER_ISSUED: "a sender got its token, for the devices it may speak for",
    EntryKind.SENDER_ROTATED: "a sender got a new token; the one before it ends at a time that is said",
    EntryKind.SENDER_SCOPED: "devices were added to those a sender may speak for, or taken from them",
    EntryKind.TOKEN_ENDED: "a sender's tokens ended",
    EntryKind.INSTRUCTION_ACKNOWLEDGED: "someone at a sender's said that they were told to stop or to start",
    EntryKind.DECISION_PROPOSED: "a decision was proposed; it authorises nothing yet",
    EntryKind.DECISION_MADE: "a second person said yes; a decision that it follows is succeeded",
    EntryKind.DECISION_REFUSED: "a proposal was refused",
    EntryKind.DECISION_SUSPENDED: "a decision was suspended: collection pauses",
    EntryKind.DECISION_RESUMED: "a suspension was ended",
    EntryKind.DECISION_LAPSED: "an officers' decision ended because its review was missed",
    EntryKind.DECISION_EXPIRED: "a decision ended on its end date",
    EntryKind.DECISION_WITHDRAWN: "a decision was withdrawn",
    EntryKind.DECISION_ANNULLED: "a decision was annulled",
    EntryKind.DECISION_RETURNED: "a second person gave a proposal back, with a reason",
    EntryKind.DECISION_NARROWED: "a second person made less of a proposal than was proposed",
    EntryKind.RUNG_REFUSED: "the gate refused a rung and offered the next one that is ready; no ground for detention",
    EntryKind.FACT_RECORDED: "a fact of a case was recorded",
    EntryKind.REPRESENTATIONS_INVITED: "the person was asked to say what they think, and until when",
    EntryKind.REPRESENTATION_MADE: "the person, or someone for them, said something; sealed",
    EntryKind.REPRESENTATION_ANSWERED: "a representation was answered, with reasons",
    EntryKind.SCREENING_COMPLETED: "the person was screened for vulnerability, whole; what the answers are is sealed",
    EntryKind.ASSESSMENT_RECORDED: "the assessment behind a proposal was recorded",
    EntryKind.EXEMPTION_OVERRIDDEN: "a proposal overrides an exemption of the register: notice to the DPO",
    EntryKind.DRAFT_SAVED: "someone put an unfinished assessment by, sealed; it replaces the one they had of this case",
    EntryKind.DRAFT_DROPPED: "such a draft is over: it was sent, its days are over, or the case was closed",
    EntryKind.REVIEW_OPENED: "a review was opened, by its day or by an event",
    EntryKind.REVIEW_DECIDED: "a review was decided: to continue, to lower or to end; whether late stands for good",
    EntryKind.REVIEW_MISSED: "the review of an order was missed: looks close, its maker is told, the order goes on",
    EntryKind.STOP_ENTERED: "a court's or a regulator's stop was entered, and is obeyed at once",
    EntryKind.STOP_CHECKED: "a second person looked whether a stop was entered as ordered",
    EntryKind.STOP_ESCALATED: "nobody looked at a stop within a day: the data protection officer is asked",
    EntryKind.CONDITION_SET: "a condition was set under a proposal, its geometry sealed",
    EntryKind.ABSENCE_AUTHORISED: "a person was let off a condition for a while",
    EntryKind.REMOVAL_BOOKED: "a device may come off for a while: its sensors accuse nobody meanwhile",
    EntryKind.TASKS_OVERDUE: "the time of tasks passed and they are not done",
    EntryKind.REVIEW_WARNED: "a review date comes near: so many days before, someone was told",
    EntryKind.SILENCE_FOUND: "a device has been silent while our own path was up: a task, and no word about the person",
    EntryKind.OUTAGE_FOUND: "our own path was down for a while: one fact for everyone, on nobody's record",
    EntryKind.ALERT_RAISED: "the passing of time raised an alert; those from fixes stand in the record of their ingest",
    EntryKind.ALERT_ENDED: "what an alert is about is over, without a fix that says so",
    EntryKind.ALERT_CLAIMED: "someone took an alert on, with whose it is and since when it goes on",
    EntryKind.ALERT_RELEASED: "someone gave an alert back",
    EntryKind.ALERT_TRIAGED: "someone looked at an alert and sorted it",
    EntryKind.ALERT_CLEARED: "someone cleared an alert, with reasons",
    EntryKind.ALERT_WEAKENED: "something speaks against an alert: it accuses nobody any more",
    EntryKind.ALERT_SUSPENDED: "someone set an alert aside until a time, with reasons; then it is back by itself",
    EntryKind.ATTACHMENT_KEPT: "a file was handed in with what the person said; name and content sealed",
    EntryKind.BREACH_SUSPECTED: "someone calls an alert a possible breach, with reasons",
    EntryKind.ENQUIRY_OPENED: "the person is asked about a possible breach",
    EntryKind.CONTACT_TRIED: "the person was tried about an alert, or rang us: how, and what came of it; words sealed",
    EntryKind.REPLY_RECORDED: "what the person said to an enquiry was recorded, sealed",
    EntryKind.BREACH_EXCUSED: "someone decided that there is no breach, or none any more, with reasons",
    EntryKind.BREACH_DECIDED: "a named person decided, after enquiry and with reasons, that there is a breach",
    EntryKind.BREACH_NOTIFIED: "the person was told of it",
    EntryKind.STATEMENT_MADE: "someone stated a dated fact about a person's contact, with reasons",
    EntryKind.TASK_DONE: "a task was done",
    EntryKind.CONTACT_GIVEN: "how a person is to be written to was recorded, sealed, or taken back",
    EntryKind.MESSAGE_OPENED: "an attempt to send one message: its address is opened for it, once",
    EntryKind.OFFICE_WRITTEN: "an attempt to send one message to an office: nobody's address is opened for it",
    EntryKind.MESSAGE_SETTLED: "what became of a message: taken on, to be tried again, failed or given up",
    EntryKind.KEYS_ISSUED: "public keys that the vault issued were recorded",
    EntryKind.KEYS_DESTROYED: "keys of days that exist no more: what was sealed to them opens for nobody",
    EntryKind.ERASURE_DUE: "what one category collected under one decision is past its retention: it is erased",
    EntryKind.DAY_ERASED: "nothing opens a day of it any more, and its sealed bytes are gone",
    EntryKind.DAY_REKEYED: "the same, of a day that others share: what is kept of it goes on under keys of its own",
    EntryKind.MISUSE_REPORTED: "someone reported suspected misuse of what an entry records; sealed",
    EntryKind.MISUSE_ANSWERED: "the data protection officer said what came of such a report",
    EntryKind.RESTRICTION_ASKED: "someone asks that one right of a person be restricted, until a date; nothing is held "
    "back yet",
    EntryKind.RESTRICTION_PLACED: "the data protection officer said yes to a restriction of a right",
    EntryKind.RESTRICTION_REFUSED: "the data protection officer said no to one",
    EntryKind.RESTRICTION_ENDED: "a restriction of a right ended before its date",
    EntryKind.HOLD_ASKED: "someone asks that something be kept past its rule until a date; it keeps nothing yet",
    EntryKind.HOLD_PLACED: "a second person said yes to a hold",
    EntryKind.HOLD_REFUSED: "a second person said no to a hold",
    EntryKind.HOLD_ENDED: "a hold ended before its date",
    EntryKind.COPY_OFFERED: "a copy of what was collected under an annulled decision was offered to the person",
    EntryKind.COPY_TAKEN: "the person has that copy",
    EntryKind.COPY_DECLINED: "the person does not want it",
    EntryKind.QUARANTINE_ENDED: "the data protection officer decided: what an annulled decision collected is erased",
    EntryKind.OPENINGS_RECOVERED: "openings whose entries a restore lost, as the vault itself remembers them",
    EntryKind.ZONES_RELEASED: "a monitor asked for the geometry of the zones in force",
    EntryKind.COPY_GIVEN: "a person's own copy was asked for, by them or for them",
    EntryKind.STAFF_PROPOSED: "a role was proposed for an account; it gives nothing yet",
    EntryKind.STAFF_JOINED: "a second person said yes to a role, or the recorded exception for the first ones did",
    EntryKind.STAFF_RETURNED: "a proposed role was given back",
    EntryKind.STAFF_LEFT: "a role ended, at once",
    EntryKind.ACCOUNT_OPENED: "an account that signs in was given a password for one use",
    EntryKind.ACCOUNT_CLOSED: "nobody signs in with an account any more: no role of it goes on",
    EntryKind.SESSIONS_ENDED: "the operator of the platform ended every session of an account that goes on",
    EntryKind.CASE_ASSIGNED: "a case was given to an account, and handed over by another",
    EntryKind.COVER_GIVEN: "a case is in a second caseworker's sight for a while",
    EntryKind.CONFLICT_DECLARED: "a conflict of interest hides a case from an account",
    EntryKind.LOOK_UP_ASKED: "someone asked to look at a window of a person's trail: for what, why, what was tried",
    EntryKind.GRANT_GIVEN: "a second person said yes to a look-up, or to less of it, until a time",
    EntryKind.LOOK_UP_REFUSED: "a second person said no to a look-up, with a reason",
    EntryKind.LOOK_UP_ENDED: "a look-up was taken back, or a grant ended before its time",
    EntryKind.READING_OPENED: "positions were to be opened under a grant, once: window, precision and who",
    EntryKind.PLACES_LOADED: "a list of places was loaded near which stays are not shown: its digest and its map's",
    EntryKind.PLACE_ADDED: "the person added a place near which their stays are not shown, sealed and never listed",
    EntryKind.UNMASK_ASKED: "someone asked to see a window without masking that they had read: why, by which condition",
    EntryKind.UNMASK_APPROVED: "one who neither asked nor gave the grant said yes to unmasking, or to less time",
    EntryKind.UNMASK_REFUSED: "such a one said no to unmasking, with a reason",
    EntryKind.READING_UNMASKED: "positions were to be opened without masking under such a yes, once",
    EntryKind.GLASS_BROKEN: "an operator looked without a second person, for danger to life; it is to be assessed",
    EntryKind.GLASS_ASSESSED: "the data protection officer said whether that was needed",
    EntryKind.QUESTION_ASKED: "a question was asked, an operator's within an alert; its answer stands nowhere",
    EntryKind.LOOK_REFUSED: "someone tried to look and was refused, with the code of every reason",
    EntryKind.AGENCY_ASKED: "an external agency asked for where someone was: who, for what, which window",
    EntryKind.AGENCY_REFUSED: "such a request was refused, with the code of every reason",
    EntryKind.AGENCY_TURNED_AWAY: "an agency wanted what nobody here gives: a feed, a match over everyone, a sign-in",
    EntryKind.RELEASE_APPROVED: "a second person said yes to a disclosure, or to less of it",
    EntryKind.RELEASE_ASSESSED: "an urgent disclosure was assessed afterwards: upheld or not",
    EntryKind.PACK_GIVEN: "a pack for one recipient was to be made under such a yes, once",
    EntryKind.PACK_RECEIVED: "the recipient said that they have the pack",
    EntryKind.PACK_RECALLED: "the recipient was told to destroy the pack, and why",
    EntryKind.SAMPLE_DRAWN: "requests of a month were drawn at random to be looked into",
    EntryKind.CASE_RECORD_GIVEN: "a case's record was asked for by someone in whose sight it is, once in a session",
    EntryKind.CASE_LIST_GIVEN: "the names on one list of cases were asked for",
    EntryKind.TABLES_VERIFIED: "somebody asked to compare the tables with the ledger",
    EntryKind.INGEST_ENTERED: "a partition's newest ingest record; it vouches for all before it",
    EntryKind.REFUSALS_COUNTED: "the refusals of one hour and scheme, counted by reason",
    EntryKind.REGISTER_AMENDED: "a version of a scheme's register was kept, and from when on it holds",
    EntryKind.DPIA_WRITTEN: "a version of a scheme's impact assessment was kept",
    EntryKind.DPO_ADVISED: "the data protection officer advised on a version of it",
    EntryKind.ADVICE_DEPARTED: "someone senior went on against that advice, with reasons",
    EntryKind.CONSULTATION_RECORDED: "those affected were consulted, or why not was recorded",
    EntryKind.REGULATOR_CONSULTED: "the regulator was consulted beforehand, or answered",
    EntryKind.OPERATION_PROPOSED: "that operations of a scheme begin was proposed; nothing rests on it yet",
    EntryKind.OPERATION_ACTIVATED: "a second person said yes: decisions may rest on these operations for a time",
    EntryKind.OPERATION_REFUSED: "such a proposal was refused",
    EntryKind.OPERATION_CLOSED: "an operation was closed: nothing new rests on it",
    EntryKind.SCHEME_ENDED: "a scheme was ended, and every decision under it with it",
    EntryKind.NOTICE_SERVED: "the notice was given to a person, or tried to: which text, how, and what came of it",
    EntryKind.TRANSLATION_DRAFTED: "a notice in another language was drafted; it reaches nobody",
    EntryKind.TRANSLATION_CHECKED: "a translator has read it beside the English",
    EntryKind.TRANSLATION_APPROVED: "someone else lets it reach people",
    EntryKind.RECORDING_KEPT: "the notice, read out in one language, was handed in; nobody hears it yet",
    EntryKind.RECORDING_APPROVED: "someone else has listened to it and lets people hear it",
    EntryKind.TIME_REMINDED: "a person is reminded of an appointment or a check-in before it begins",
    EntryKind.STAFF_TRAINED: "an administrator says on which day someone of the staff was trained",
}

REASON_MEANINGS: dict[str, str] = {
    Reason.NONE: "no decision covers the fix time, or the one that does admits no such report",
    Reason.BEFORE: "the decision or the fitting had not begun",
    Reason.ENDED: "the decision or the fitting has ended",
    Reason.SUSPENDED: "the decision is suspended, or was at the fix time",
    Reason.ANNULLED: "the decision is annulled",
    Reason.TOO_LATE: f"the fix is older than {LATE_MAX_DEFAULT // timedelta(hours=1)} hours, "
    "or than the limit the decision sets instead",
    Reason.FUTURE: f"the fix time is more than {AHEAD_MAX // timedelta(minutes=1)} minutes ahead of our clock",
    Reason.NO_FIX_TIME: "place or time is missing, out of range or marked invalid, or an old fix was sent as new",
    Reason.ERASED: "the key of that day is destroyed",
    Reason.NOT_YOURS: "the sender may not speak for this device",
    Reason.TOKEN_ENDED: "the sender's token has ended",
    Reason.NOT_THE_FORMAT: "the report cannot be read in this format",
    Reason.NOTHING_IN_IT: "well formed, and nothing in it is for us: regions that someone drew, settings, steps",
    Reason.CONFLICT: "goes with `duplicate`: the same fitting and fix time at another place; the first stays",
}


def decisions() -> str:
    arrows = [f"    [*] --> {State.PROPOSED}"]
    moves = []
    for state in State:
        for move, to in MOVES[state].items():
            arrows.append(f"    {state} --> {to}: {move}")
            moves.append((state, move, to, "yes" if move in ENDINGS else "no"))
        if not MOVES[state]:
            arrows.append(f"    {state} --> [*]")
    diagram = "\n".join(arrows)
    endings = ", ".join(move for move in Move if move in ENDINGS)
    return f"""# The life of a decision

{drawn_from("MOVES", "src/custodiet/rules/decisions.py")}

One person proposes a decision and another makes or refuses it. Above rung 0 a proposal rests on an assessment: every
family of lower rungs answered with a fact, a whole screening, the person asked and answered. The second person may also
make less of it (*narrow*) or give it back (*return*); the proposal is then over. Going down takes one person.

Once made, it authorises collection until it ends:

- **Lapse**: the review of an officers' decision was missed. Nobody has to act: who does not review, ends it.
- **Expiry**: the end date came.
- **Withdrawal**: people ended it early.
- **Annulment**: a court or a regulator struck it down, perhaps after it had ended.

A **suspension** is not an ending: collection pauses, the dates run on, and the decision is resumed or ends.

An order is ended only by its maker, who alone withdraws, suspends or resumes it. A missed review does not end it. Its
own end date does, and a court or a regulator may annul any decision. A restore from a backup pauses every decision,
an order too, since an ending may have been lost with what was recorded after the backup; only its maker resumes it.

Every ending sets four things going in one write: collection off, the retention clock on, whoever sends for the device
told to stop, and a task with a deadline: "tell the person, take the device off". A decision that had ended already, or
that another has succeeded, tells nobody and raises no task again.

```mermaid
stateDiagram-v2
{diagram}
```

## Moves

{table(("from", "move", "to", "an ending"), moves)}

The endings: {endings}. A move that is not in this table is refused, and nothing has changed.
"""


def ladder() -> str:
    rungs = [
        (str(mode.rung), mode.title, words(Kind, mode.admits), words(Category, mode.keeps), mode.never)
        for mode in LADDER
    ]
    not_built = "\n".join(f"- {function}" for function in NOT_BUILT)
    return f"""# The ladder of intrusion

{drawn_from("LADDER", "src/custodiet/model/mode.py")}

The rungs are ranked by data and burden, not by hardware. What is not admitted on a rung is refused on arrival. What
is admitted but not kept is judged in memory and dropped. A mode that is not in this table does not exist.

{table(("rung", "mode", "admitted", "kept", "never"), rungs)}

## Functions this project refuses to build

{not_built}
"""


def entries() -> str:
    kinds = [(f"`{kind}`", meaning(kind, ENTRY_MEANINGS)) for kind in EntryKind]
    return f"""# Kinds of ledger entry

{drawn_from("EntryKind", "src/custodiet/model/entry.py")}

An entry holds no name, coordinate or free text: only its kind, its time, keyed handles and the salted digest of its
record. A tag is never reused and never renamed. Where the vault opens something, the entry comes first: it stands
even if nothing was opened after it.

{table(("tag", "meaning"), kinds)}
"""


def reasons() -> str:
    meanings = [(f"`{reason}`", meaning(reason, REASON_MEANINGS)) for reason in Reason]
    return f"""# Why a report is refused

{drawn_from("Reason", "src/custodiet/model/report.py")}

Several reasons may hold. All are counted, and the sender reads the last of this list that holds. The coordinates of a
refused report are dropped.

{table(("reason", "meaning"), meanings)}
"""


def _hours(urgency: int) -> int:
    return SUSPENDED_MAX[urgency] // timedelta(hours=1)


def alerts() -> str:
    arrows = [f"    [*] --> {AlertState.RAISED}"]
    moves = []
    for state, ways in ALERT_MOVES.items():
        for move, to in ways.items():
            arrows.append(f"    {state} --> {to}: {move}")
            wanted = (
                (move in WITH_REASONS, "reasons"),
                (move in RAISES_IT, "certainty"),
                (move is AlertMove.SUSPECT, "a contact"),
                (move is AlertMove.SUSPEND, "a time"),
            )
            needs = [word for held, word in wanted if held]
            moves.append((f"`{state}`", f"`{move}`", f"`{to}`", ", ".join(needs) or "–"))
        if not ways:
            arrows.append(f"    {state} --> [*]")
    diagram = "\n".join(arrows)
    settings = [(f"`{one.name}`", f"{getattr(DEFAULTS, one.name):g}") for one in fields(Judging)]
    return f"""# The life of an alert

{drawn_from("MOVES", "src/custodiet/rules/alerts.py")}

An *event* is what a device reported; an *alert* is one that needs a human; a *possible breach* stands after triage; a
*breach* was decided after enquiry by a named human. They are four different things, and only people make the last two.

```mermaid
stateDiagram-v2
{diagram}
```

## Moves

{table(("from", "move", "to", "needs"), moves)}

Every move is a named person's; a process is refused by the rule and by the store. *Reasons* are words, sealed under the
person's record key. *Certainty*: an alert that is uncertain, a matter of service, disputed by the person, weakened by a
fix that came later, raised by a faulty device, within an authorised absence, or resting on an annulled decision cannot
take that move. A breach is decided only after the person was heard, or had the time to answer; it can be taken back at
any time. What an alert is about ends by itself (the paired clear); that closes no alert: a person does.

*A contact*: since it was raised, the person was tried, or called and was known; where the scheme's register says that
they are asked first, they were spoken to or tried {TRIES_MIN} times. Ring first, record it, and then it can be called
([ADR 23](adr/0023-ring-first.md)). Nobody holds more than {IN_HAND_MAX} alerts that are claimed or in triage; handing
over a shift gives them all back to the queue, with an entry for each.

*A time*: set aside until then, an alert is out of the queue and in nobody's hands; then it is back by itself, and
whoever claims it ends that sooner. A call for help is never set aside; what stands against someone {_hours(1)} hours at
most, what cannot tell {_hours(2)}, a matter of service {_hours(3)}, all counted from the first time on, however often.

## How fixes are judged

{drawn_from("Judging", "src/custodiet/model/judging.py")} Units are in the names; why each is what it is stands there.
They are settings of a scheme, recorded with it; a change of any of them changes who is accused of what.

{table(("setting", "default"), settings)}

A device's silence counts from ten minutes after the contact that is stored of it, which is how much later it may have
been heard of ([ADR 56](adr/0056-a-stored-contact-stands-for-the-ten-minutes-after-it.md)), and only while our own path
was up.

What a device says of itself, that its strap was opened or its battery is low, counts for whoever wore it when that was
said, under a decision in force then. Sent late, after the device went to somebody else or about a time of a pause, it
tells only that the device was heard of. A device that gives no time, or one that cannot be, is taken to say it now.
A removal that is booked afterwards takes the weight off what its sensors said in that time; what they say after it is
told anew.

## What is no fix

A crossing that a device judged by itself (rung 8), a check-in from outside its area (rung 5), a check-in window that
closed without a word, and a press for help each ask someone to ring. None of them can become a possible breach
([ADR 12](adr/0012-a-devices-own-judgement-accuses-nobody.md)).

A device that judges by itself says when a line is crossed, and no more. So the clock goes by its last word: who had
gone into a zone before its hours, or out of one within an absence, and is still there `unanswered_s` after these began
or that was over, is rung once, and not again while that stands. Time in which our own path was down does not count, and
of a device that is silent there is a task already. A crossing back ends it, however late it is heard. What was said
before a pause, or by another device, counts for nothing there; of a curfew it spares nobody from being asked whether
they are home.

A check-in window within which one decision follows another is asked about by the later one, if it asks for the same.
"""


PAGES = {
    "alerts.md": alerts,
    "decisions.md": decisions,
    "ladder.md": ladder,
    "entries.md": entries,
    "reasons.md": reasons,
    "scheme.schema.json": lambda: schema_bytes().decode(),
}


def drawn_from(name: str, file: str) -> str:
    return f"Drawn by `./dev docs` from `{name}` in `{file}`: change it there, not here."


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def words(order: Iterable[str], held: frozenset[str]) -> str:
    return ", ".join(f"`{word}`" for word in order if word in held) or "–"


def meaning(word: str, meanings: dict[str, str]) -> str:
    if word not in meanings:
        sys.exit(f"tools/draw_diagrams.py: {word} has no meaning yet: write one there")
    return meanings[word]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="draw_diagrams.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page differs")
    check = parser.parse_args(arguments).check
    drawn = {DOCS / name: draw() for name, draw in PAGES.items()}
    differing = [page for page, text in drawn.items() if not page.exists() or page.read_text("utf-8") != text]
    for page in differing:
        if check:
            print(f"docs/{page.name} differs from the code; ./dev docs draws it anew")
        else:
            DOCS.mkdir(exist_ok=True)
            page.write_text(drawn[page], "utf-8")
            print(f"docs/{page.name} drawn")
    return 1 if check and differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What the page of rules says of each: under which subject it stands, and what it comes from.

The rules themselves, in the words they refuse with, stand in rules.json, drawn from their own code by `./dev docs`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

ROWS: Final[dict[int, str]] = {
    1: "UK GDPR Articles 5(2) and 35(7)(b); enforcement notice ¶117-124, 163",
    2: "enforcement notice ¶79",
    3: "enforcement notice ¶6, 121; the Serco Leisure notice",
    4: "enforcement notice ¶165-169",
    5: "enforcement notice ¶178-183 and Annex 1(1)",
    6: "enforcement notice ¶191-192",
    7: "enforcement notice ¶182, 192",
    8: "enforcement notice ¶37-38, 133, 180",
    9: "UK GDPR Article 5(1)(e); ADL v SSHD [2024] EWHC 994 (Admin)",
    10: "enforcement notice ¶129-131",
    11: "enforcement notice ¶99-101",
    12: "R (Nelson) v SSHD [2024] UKUT 141 (IAC), headnote ¶2; ADL v SSHD [2024] EWHC 994 (Admin)",
    14: "R (Nelson) v SSHD [2024] UKUT 141 (IAC); the inspection of GPS monitoring of 2022",
    15: "enforcement notice ¶93, 133",
    16: "the guidance on external agency requests",
    17: "Data Protection Act 2018 s.62",
    18: "enforcement notice ¶154-158",
    20: "enforcement notice ¶27, 203",
    21: "UK GDPR Articles 25 and 32",
    22: "UK GDPR Article 6(1)(d), a danger to life",
    23: "UK GDPR Article 35; enforcement notice ¶48, 62, 85-90",
    24: "UK GDPR Article 35(11); enforcement notice ¶62",
    25: "enforcement notice ¶115-116",
    26: "enforcement notice ¶93-94",
    27: "enforcement notice ¶136-143",
    28: "UK GDPR Article 36",
    29: "UK GDPR Article 35(2); guidance on assessments",
    30: "UK GDPR Article 35(9)",
    32: "the Commissioner's warning of 2024",
    33: "enforcement notice ¶125",
    34: "enforcement notice ¶102-110, 139",
    35: "ADL v SSHD [2024] EWHC 994 (Admin); enforcement notice ¶175",
    36: "ADL v SSHD [2024] EWHC 994 (Admin)",
    37: "enforcement notice ¶176-177",
    38: "ADL v SSHD [2024] EWHC 994 (Admin); R (Nelson) v SSHD [2024] UKUT 141 (IAC), ¶1; the Convention, Article 8",
    39: "enforcement notice ¶173",
    40: "enforcement notice ¶165, 170",
    41: "enforcement notice ¶174",
    42: "enforcement notice ¶170",
    43: "Council of Europe Recommendation (2014)4",
    44: "R (Nelson) v SSHD [2024] UKUT 141 (IAC) ¶43; immigration bail guidance",
    48: "enforcement notice ¶181-183, 202",
    49: "the National Audit Office on electronic monitoring",
    50: "UK GDPR Article 32",
    51: "enforcement notice ¶165",
    52: "Immigration Act 2016 Schedule 10 ¶2, 4; enforcement notice ¶20-21",
    54: "UK GDPR Articles 12 and 13; enforcement notice ¶184-187",
    55: "enforcement notice ¶109, 188 and Annex 1(3)",
    56: "enforcement notice ¶114, 128, 188",
    59: "UK GDPR Article 15; enforcement notice ¶203",
    60: "Data Protection Act 2018 Schedule 2 ¶4 and 4A, as amended by S.I. 2024/342",
    61: "UK GDPR Articles 16 to 21",
    63: "UK GDPR Article 5(1)(d)",
    66: "reports of false tamper alerts; R (Nelson) v SSHD [2024] UKUT 141 (IAC)",
    69: "enforcement notice ¶74; the violation model of electronic monitoring",
    76: "enforcement notice ¶39",
    79: "enforcement notice ¶166",
    80: "the National Audit Office, on errors of re-entry",
    83: "the evaluation of the pilot",
    88: "UK GDPR Article 28",
    89: "UK GDPR Articles 5(1)(e) and 17",
    92: "UK GDPR Article 32",
    93: "UK GDPR Article 5(1)(d)",
    95: "UK GDPR Article 5(1)(d)",
    97: "UK GDPR Article 18",
    101: "Council of Europe Recommendation (2014)4; Data Protection Act 2018 s.62(4)",
    104: "a court's order is its maker's to change",
    105: "Immigration Act 2016 Schedule 10 ¶2 and 7",
    108: "enforcement notice ¶79",
    110: "UK GDPR Article 5(1)(f), for people whom a zone protects",
    115: "UK GDPR Article 32",
}
"""Where a requirement comes from: a statute, a notice, a judgment, guidance, or what a document of the field found."""
OWN: Final = "good order: it comes from no outside source"


@dataclass(frozen=True, slots=True)
class _Subject:
    """Rules of one file: what they are about, which rows they answer, and of some codes which rows of their own."""

    title: str
    rows: tuple[int, ...]
    of_code: dict[str, tuple[int, ...]]


def _of(title: str, *rows: int, **of_code: tuple[int, ...]) -> _Subject:
    return _Subject(title, rows, of_code)


_REPORTS, _STAFF, _DECIDING = "Reports that come in", "Who may do what", "Deciding"
_STANDING, _NOTICES = "Ending, lowering, reviewing and stopping", "Notices and what is understood"
_ALERTS, _DEVICES, _LOOKING = "Alerts and breaches", "Devices, phones and senders", "Looking at positions"
_AGENCIES, _KEEPING, _SCHEMES = "Agencies that ask", "Keeping and erasing", "Schemes and their assessments"
_RECORD, _YOURS, _RIGHTS = "The record", "What is a person's own", "Restricting a right"
_MISUSE: Final = "Suspected misuse"

_WHERE: Final[dict[str, _Subject]] = {
    "rules/authority": _of(
        _REPORTS,
        1,
        2,
        too_late=(95,),
        future=(95,),
        no_fix_time=(63, 95),
        erased=(9, 89),
        not_yours=(49,),
        not_the_format=(93,),
        nothing_in_it=(93,),
        conflict=(63,),
    ),
    "adapters/store/sql": _of(_RECORD, 17),
    "rules/witnessing": _of(_RECORD, 17),
    "flows/in_vault/openings": _of(_RECORD, 17),
    "rules/permission": _of(_STAFF, 50, not_in_sight=(49, 50), sign_in_again=(21,), not_your_function=(49,)),
    "rules/sight": _of(_STAFF, 49, 50),
    "rules/staff": _of(_STAFF, 50, own_cover=(115,), not_theirs_to_give=(115,)),
    "rules/training": _of(_STAFF, 48),
    "flows/keep_accounts": _of(_STAFF, 50),
    "flows/permitting": _of(_STAFF, 50),
    "flows/open_case_record": _of(_STAFF, 92),
    "entrypoints/web/views/live": _of(_STAFF, 21),
    "rules/decisions": _of(
        _DECIDING,
        1,
        own_proposal=(50,),
        duty_not_lifted=(105,),
        order_of_another=(104,),
        not_its_power=(52,),
        not_its_purpose=(25,),
        not_yours_to_annul=(12,),
        no_ground_to_close=(20,),
        own_stop=(50,),
        not_lower=(41,),
        review_later=(14,),
        by_time_alone=(14,),
        leaves_a_gap=(14,),
        conditions_changed=(80,),
        reaches_back=(1, 12),
        no_words=(18,),
    ),
    "rules/ladder": _of(
        _DECIDING,
        3,
        4,
        not_adult=(51,),
        age_not_known=(51,),
        not_invited=(36,),
        still_time_to_answer=(36, 37),
        representation_unanswered=(36,),
        evidence_pending=(35,),
        not_screened=(34,),
        screening_out_of_date=(34,),
        not_on_newest_screening=(34,),
        selection_without_fact=(33,),
        finding_not_shown=(83,),
        exemption_unasked=(40,),
        more_than_the_duty_asks=(105,),
        no_duty=(105,),
        no_order=(104,),
        compared_with_nothing_lower=(39,),
        home_not_considered=(76,),
        article_8_unanswered=(38,),
        article_8_not_met=(38,),
        practicality_unanswered=(42,),
        not_practical=(42,),
    ),
    "rules/exemptions": _of(_DECIDING, 40),
    "rules/hearing": _of(_DECIDING, 36),
    "rules/attaching": _of(_DECIDING, 36),
    "rules/conditions/kinds": _of(_DECIDING, 80),
    "flows/show_deciding": _of(_DECIDING, 24),
    "rules/references": _of(_DECIDING, 93),
    "flows/import_cases": _of(_DECIDING, 93),
    "rules/reviewing": _of(_STANDING, 44, no_next_day=(104,)),
    "rules/stopping": _of(_STANDING, 108),
    "rules/tasks": _of(_STANDING, 44),
    "rules/closing": _of(_STANDING, 20),
    "flows/end_decision": _of(_STANDING, 14),
    "flows/end_scheme": _of(_STANDING, 20),
    "flows/step_down": _of(_STANDING, 41),
    "entrypoints/web/views/lowering": _of(_STANDING, 41),
    "rules/notices": _of(
        _NOTICES,
        54,
        55,
        56,
        notice_incomplete=(54,),
        no_interpreter_named=(55,),
        by_another=(50,),
        no_notice_given=(54, 56),
    ),
    "rules/recordings": _of(_NOTICES, 55, by_another=(50,)),
    "flows/translate_notice": _of(_NOTICES, 55),
    "entrypoints/web/views/alerts": _of(_ALERTS, 69),
    "rules/alerts": _of(
        _ALERTS, 69, contact_first=(7,), uncertain=(63,), weakened=(63,), disputed=(61,), no_reasons=(18,)
    ),
    "rules/desk": _of(_DEVICES, 66, fit_not_checked=(79,), too_long_ago=(79,)),
    "rules/senders": _of(_DEVICES, 21),
    "flows/prepare_phone": _of(_DEVICES, 21),
    "wire/profiles": _of(_DEVICES, 2, protective_zone=(110,)),
    "rules/access": _of(
        _LOOKING,
        5,
        wider=(6,),
        too_wide=(6,),
        contact_first=(7,),
        harm_unsaid=(7,),
        own_request=(50,),
        conflict=(50,),
        asker_conflict=(50,),
        quarantined=(12,),
        review_missed=(14, 104),
        past_retention=(9,),
        other_purpose=(8, 25),
        not_operational=(8,),
        no_such_purpose=(25,),
        purpose_not_served=(25,),
        no_trail=(2,),
        not_authorised=(1,),
        too_often=(92,),
        grant_expired=(1, 5),
    ),
    "flows/in_vault/readings": _of(_LOOKING, 92),
    "flows/in_vault/masking": _of(_LOOKING, 11),
    "flows/in_vault/keys": _of(_LOOKING, 21),
    "rules/unmasking": _of(
        _LOOKING, 11, wider=(6,), not_granted=(5,), own_grant=(50,), own_request=(50,), conflict=(50,)
    ),
    "rules/glass": _of(_LOOKING, 22, too_wide=(6, 22), too_often=(92,), own_look=(50,), conflict=(50,)),
    "rules/court_orders": _of(_AGENCIES, 16, not_a_court=(104,)),
    "flows/load_places": _of(_LOOKING, 11),
    "rules/disclosing": _of(
        _AGENCIES,
        16,
        standing_feed=(15,),
        cohort=(15,),
        access=(15,),
        not_a_recipient=(15, 26),
        own_request=(50,),
        conflict=(50,),
        asker_conflict=(50,),
        wider=(6, 15),
        grant_expired=(1,),
        not_their_purpose=(15, 25),
        not_their_category=(15, 26),
    ),
    "rules/erasing": _of(
        _KEEPING,
        9,
        97,
        not_annulled=(12,),
        copy_not_offered=(12, 59),
        copy_waits=(12, 59),
        decided=(12,),
        offered=(59,),
        not_offered=(59,),
        told=(59,),
        your_own=(50,),
    ),
    "flows/in_vault/following": _of(_KEEPING, 9, in_quarantine=(12,)),
    "rules/register": _of(
        _SCHEMES,
        25,
        26,
        review_too_late=(14,),
        ceiling_reached=(43,),
        power_of_another_operation=(52,),
    ),
    "rules/dpia": _of(_SCHEMES, 23, 24, own_proposal=(50,), dpia_of_another_scheme=(32,), scheme_ended=(20,)),
    "flows/activate_operation": _of(_SCHEMES, 23),
    "flows/assess_scheme": _of(_SCHEMES, 23, 30, own_advice=(29,), nothing_to_depart_from=(29,), another_version=(24,)),
    "flows/keep_register": _of(_SCHEMES, 24, 25, dry_run_first=(10,)),
    "entrypoints/web/views/scheme_dpia": _of(_SCHEMES, 23),
    "entrypoints/web/views/scheme_operations": _of(_SCHEMES, 24),
    "entrypoints/web/views/scheme_register": _of(_SCHEMES, 24),
    "rules/misuse": _of(_MISUSE, 101, your_own=(50,), about_you=(50,)),
    "rules/restricting": _of(_RIGHTS, 60, your_own=(50,)),
    "entrypoints/web/views/looking": _of(_YOURS, 59),
    "entrypoints/web/views/notices": _of(_YOURS, 59),
    "entrypoints/web/views/places": _of(_YOURS, 59),
    "rules/masking/own": _of(_YOURS, 11),
}
"""Every file in which a rule refuses."""
_GAPS: Final[tuple[tuple[str, tuple[int, ...]], ...]] = (
    ("register.retention", (10,)), ("register.purposes", (25,)), ("register.powers", (52,)),
    ("register.exemptions", (40,)), ("register.contact_first", (7,)), ("register.suppliers", (88,)),
    ("register.recipients", (15, 26)), ("register.guidance", (48,)), ("register.uses", (26,)),
    ("register.masking", (11,)), ("register.selection", (33,)), ("register.review", (14,)),
    ("register.people.told_how", (56,)), ("register.", (23, 26)),
    ("dpia.risks", (27,)), ("dpia.prior_consultation", (28,)), ("dpia.advice", (29,)), ("dpia.departure", (29,)),
    ("dpia.consultation", (30,)), ("dpia.assessments.alternatives", (3,)), ("dpia.alternatives", (3,)),
    ("dpia.assessments", (1,)), ("dpia.reassess", (24,)), ("dpia.description.vulnerability", (34,)),
    ("dpia.out_of_date", (24,)), ("dpia.none", (23, 32)), ("dpia.", (23,)),
)  # fmt: skip
"""Of what a register and an assessment have to say, by how its code begins; the first that fits."""

_GATE: Final[dict[str, str]] = {
    "none": "a report under a decision that covers its time and admits such a report",
    "before": "a report timed once the decision and the fitting have begun",
    "ended": "a report under a new decision; what was timed before the end is still taken while it is not too late",
    "suspended": "a report timed after the suspension was lifted",
    "annulled": "a report under another decision",
    "too_late": "a report that arrives sooner after it was timed",
    "future": "a report from a device whose clock is right",
    "no_fix_time": "a report that says when and where it was fixed, each time anew",
    "erased": "nothing of that day; a report of a later one",
    "not_yours": "a report by the sender that this device belongs to",
    "token_ended": "a report with the token that was issued after it",
    "not_the_format": "the same in the format that the sender was set up for",
    "nothing_in_it": "nothing has to be done",
    "conflict": "nothing has to be done: the first of the two stays",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in the words it refuses with; an ellipsis where a refusal fills something in."""

    subject: str
    code: str
    missing: str
    instead: str
    rows: tuple[int, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Statute, notice, judgment or guidance, with the row that it answers."""
        return tuple(f"{ROWS[row]} (R{row})" for row in self.rows) or (OWN,)


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, by subject and code; one that refuses in several places in the same words stands once."""
    drawn = json.loads(files("custodiet.entrypoints").joinpath("rules.json").read_text("utf-8"))
    found = {
        Rule(_WHERE[where].title, code, missing, instead or _GATE.get(code, ""), _rows(where, code))
        for where, code, missing, instead in drawn
    }
    order = list(dict.fromkeys(one.title for one in _WHERE.values()))
    return tuple(sorted(found, key=lambda one: (order.index(one.subject), one.code, one.missing)))


def _rows(where: str, code: str) -> tuple[int, ...]:
    of_gap = next((rows for begins, rows in _GAPS if code.startswith(begins)), None)
    return of_gap or _WHERE[where].of_code.get(code, _WHERE[where].rows)


def subjects() -> tuple[str, ...]:
    """What rules are about, in the order of the page."""
    return tuple(dict.fromkeys(one.subject for one in rules()))


def rules_about(words: str, subject: str) -> tuple[Rule, ...]:
    """Rules whose code, words or source hold every one of these words, in one subject if it is named."""
    wanted = words.lower().split()
    return tuple(one for one in rules() if subject in ("", one.subject) and _holds(one, wanted))


def _holds(one: Rule, wanted: Iterable[str]) -> bool:
    text = " ".join((one.code, one.missing, one.instead, *one.sources)).lower()
    return all(word in text for word in wanted)

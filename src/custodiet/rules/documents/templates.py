"""What each document says, as data: which fields stand in which section, in which order, under which words.

A section is a list of parts. `Say` is a fixed sentence; `Tell` a field with a label; `Table` the parts of a list;
`Words` a field of a list as running text. A path with `[]` goes through every part of a list.
"""

from dataclasses import dataclass

from custodiet.model.document import DocumentCode


@dataclass(frozen=True, slots=True)
class Say:
    """A fixed sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Tell:
    """One field. `of`: whether it is the register's or the assessment's."""

    label: str
    path: str
    of: str = "register"


@dataclass(frozen=True, slots=True)
class Table:
    """A list as a table: a column for each field, named beside it."""

    path: str
    columns: tuple[tuple[str, str], ...]
    of: str = "register"


@dataclass(frozen=True, slots=True)
class FlowMap:
    """The uses of data, drawn."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the assessment has beside its fields: consultations, advice, prior consultation."""

    what: str


Part = Say | Tell | Table | FlowMap | Facts


@dataclass(frozen=True, slots=True)
class Template:
    """A document. Each section: code, title, parts."""

    code: DocumentCode
    title: str
    sections: tuple[tuple[str, str, tuple[Part, ...]], ...]


_CONTROLLER = (
    Tell("Controller", "controller.name"),
    Tell("How to reach the controller", "controller.contact"),
    Tell("Data protection officer", "dpo.name"),
    Tell("How to reach the data protection officer", "dpo.contact"),
)
_PURPOSES = Table(
    "purposes",
    (
        ("Purpose", "title"),
        ("What is done for it", "description"),
        ("Task", "task"),
        ("Basis", "basis"),
        ("Special category condition", "special_condition"),
        ("Schedule condition", "schedule_condition"),
        ("Regime", "regime"),
        ("Operational", "operational"),
        ("Hours of one look-up at most", "look_up_hours"),
    ),
)
_POWERS = Table(
    "powers",
    (
        ("Power", "title"),
        ("Citation", "source"),
        ("Duty or discretion", "force"),
        ("Lifted by", "lifted_by"),
        ("Satisfied from", "satisfied_from"),
    ),
)
_OPERATIONS = Table(
    "operations",
    (
        ("Operation", "mode"),
        ("Power", "powers"),
        ("Purpose", "purposes"),
        ("Statutory form", "form"),
        ("Territory", "territory"),
        ("From", "from_at"),
        ("Until", "until_at"),
        ("Longest total time (days)", "ceiling_days"),
        ("Also decided by", "gate"),
    ),
)
_PEOPLE = Table("people", (("Who", "title"), ("How they are told", "told_how")))
_CATEGORIES = Table("categories", (("Category", "title"), ("What it holds", "holds"), ("Special category", "special")))
_USES = Table(
    "uses",
    (
        ("Category", "category"),
        ("Stage", "stage"),
        ("Operation", "operation"),
        ("Purpose", "purpose"),
        ("About", "people"),
        ("From where", "source"),
    ),
)
_RETENTION = Table(
    "retention",
    (
        ("Category", "category"),
        ("Days", "days"),
        ("Why no shorter", "justification"),
        ("Owner", "owner"),
        ("Looked at again", "review_at"),
        ("Then", "after"),
        ("Method", "method"),
        ("Tested", "tested_at"),
        ("What the test showed", "test_result"),
    ),
)
_SUPPLIERS = Table(
    "suppliers",
    (
        ("Supplier", "name"),
        ("What it does", "does"),
        ("Instructions", "instructions"),
        ("Contract", "contract"),
        ("Where", "territory"),
        ("Return and erasure", "return_and_erase"),
    ),
)
_RECIPIENTS = Table(
    "recipients",
    (
        ("Recipient", "name"),
        ("What for", "why"),
        ("Provision", "gateway"),
        ("Purposes", "purposes"),
        ("Categories", "categories"),
        ("Where, and safeguards", "territory"),
        ("A court, whose order may ask for all of it", "court"),
    ),
)
_EXEMPTIONS = Table("exemptions", (("Who", "title"), ("Rule", "rule"), ("May be overridden when", "criteria")))
_ASSESSED = Table(
    "assessments",
    (
        ("Operation", "mode"),
        ("Necessity", "necessity"),
        ("Proportionality", "proportionality"),
        ("Impractical, or a breach of rights", "criteria"),
        ("How people are informed", "informing"),
        ("Access", "access"),
        ("Retention", "retention"),
        ("Less intrusive means", "alternatives"),
    ),
    "dpia",
)
_RISKS = Table(
    "risks",
    (
        ("Risk", "title"),
        ("Harm", "harm"),
        ("Likelihood", "likelihood"),
        ("Severity", "severity"),
    ),
    "dpia",
)
_MEASURES = Table(
    "risks", (("Risk", "title"), ("Measure", "measure"), ("What remains", "residual"), ("Owner", "owner")), "dpia"
)

TEMPLATES: tuple[Template, ...] = (
    Template(
        DocumentCode.DPIA,
        "Data protection impact assessment",
        (
            ("need", "Step 1: the need for an assessment", (Tell("Need", "description.need", "dpia"), *_CONTROLLER)),
            (
                "describe",
                "Step 2: the processing",
                (
                    Tell("Nature", "description.nature", "dpia"),
                    Tell("Scope", "description.scope", "dpia"),
                    Tell("Context", "description.context", "dpia"),
                    Tell("Vulnerability", "description.vulnerability", "dpia"),
                    Tell("Special categories", "description.special_categories", "dpia"),
                    _PURPOSES,
                    _OPERATIONS,
                    _PEOPLE,
                    _CATEGORIES,
                    _USES,
                    _SUPPLIERS,
                    _RECIPIENTS,
                    Tell("Decided without a person", "automated"),
                    Tell("Access", "access"),
                ),
            ),
            ("consult", "Step 3: consultation", (Facts("consulted"),)),
            (
                "necessity",
                "Step 4: necessity and proportionality",
                (_POWERS, Tell("Selection", "selection"), _EXEMPTIONS, _ASSESSED, _RETENTION),
            ),
            ("risks", "Step 5: risks", (_RISKS,)),
            ("measures", "Step 6: measures", (_MEASURES, Tell("Security", "security"), Facts("prior"))),
            (
                "sign_off",
                "Step 7: sign-off",
                (
                    Tell("Signed by", "owner", "dpia"),
                    Tell("Made anew by", "review_due_at", "dpia"),
                    Facts("advice"),
                    Tell("Success", "success_measure"),
                    Tell("Stops when", "stop_rule"),
                    Tell("Scheme ends", "ends_at"),
                ),
            ),
        ),
    ),
    Template(
        DocumentCode.RECORD,
        "Record of processing activities",
        (
            ("controller", "Controller and data protection officer", _CONTROLLER),
            ("purposes", "Purposes of the processing", (_PURPOSES,)),
            ("people_and_data", "People and data", (_PEOPLE, _CATEGORIES)),
            ("recipients", "Recipients and transfers", (_RECIPIENTS,)),
            ("processors", "Processors", (_SUPPLIERS,)),
            ("erasure", "Time limits for erasure", (_RETENTION,)),
            ("security", "Security measures, in general terms", (Tell("Security", "security"),)),
        ),
    ),
    Template(
        DocumentCode.POLICY,
        "Appropriate policy document",
        (
            (
                "conditions",
                "Conditions relied on",
                (Say("For the processing of special category data and data about offences."), _PURPOSES, _CATEGORIES),
            ),
            ("accountability", "Accountability", (*_CONTROLLER, Tell("Selection", "selection"))),
            ("fairness", "The first principle: basis, fairness, transparency", (_POWERS, _EXEMPTIONS, _PEOPLE)),
            ("limitation", "Purpose limitation", (_OPERATIONS, _RECIPIENTS)),
            (
                "minimisation",
                "Data minimisation",
                (
                    Tell("Access", "access"),
                    Table(
                        "contact_first",
                        (("Event", "event"), ("The person is asked first", "step"), ("Then", "then")),
                    ),
                ),
            ),
            (
                "accuracy",
                "Accuracy and review",
                (
                    Table("review", (("From", "from_at"), ("Days", "days"), ("Laid down in", "source"))),
                    Table("guidance", (("Beside", "field"), ("Guidance", "text"))),
                ),
            ),
            ("storage", "Storage limitation: retention and erasure", (_RETENTION,)),
            ("security", "Integrity and confidentiality", (Tell("Security", "security"), _SUPPLIERS)),
        ),
    ),
    Template(
        DocumentCode.FLOWS,
        "Data-flow map",
        (
            ("map", "Map", (FlowMap(),)),
            ("uses", "Data by stage, operation and purpose", (_USES, _CATEGORIES)),
            ("outside", "Outside the controller", (_SUPPLIERS, _RECIPIENTS)),
            ("end", "Where it ends", (_RETENTION,)),
        ),
    ),
    Template(
        DocumentCode.PRIVACY,
        "Source of the privacy information",
        (
            ("who", "Who we are", (Tell("Scheme", "name"), *_CONTROLLER)),
            ("why", "Why data about you are used", (_PURPOSES, _POWERS)),
            ("what", "What is used", (_OPERATIONS, _CATEGORIES, _USES)),
            ("who_not", "Who is exempt", (_EXEMPTIONS,)),
            ("shared", "Who may be given data", (_RECIPIENTS, _SUPPLIERS)),
            ("how_long", "How long it is kept", (_RETENTION,)),
            (
                "seen",
                "Who may look, and when you are asked first",
                (
                    Tell("Who may look", "access"),
                    Table(
                        "contact_first",
                        (("Event", "event"), ("You are asked first", "step"), ("Then", "then")),
                    ),
                ),
            ),
            (
                "decisions",
                "How it is decided, and how often it is looked at again",
                (
                    Tell("Selection", "selection"),
                    Tell("Decided without a person", "automated"),
                    Table("review", (("From", "from_at"), ("Days", "days"), ("Laid down in", "source"))),
                ),
            ),
            ("told", "How you are told", (_PEOPLE, Tell("How to reach an interpreter", "interpreter"))),
            ("rights", "Your rights", (Tell("Rights and complaints", "rights"),)),
            (
                "ends",
                "When it starts and ends",
                (
                    Tell("Starts", "starts_at"),
                    Tell("Ends", "ends_at"),
                    Tell("Hours until you are told and a device is off, after an ending", "removal_hours"),
                    Tell("Days after which a device on you is inspected, at most", "inspection_days"),
                ),
            ),
        ),
    ),
)

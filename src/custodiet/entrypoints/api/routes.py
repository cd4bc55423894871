"""Every route of the API, as one table: what is not here does not exist. The published description is drawn from it."""

from custodiet.entrypoints.api import acting, answers, bodies, reading, reading_ledger, reading_schemes
from custodiet.entrypoints.api.route import PAGE_MAX, Param, Read, Route
from custodiet.flows.show_cases import SEARCH_MAX
from custodiet.model.stored import Holding

LIMIT = Param(
    "limit", f"How many at most, from 1 to {PAGE_MAX}; 25 when it is not said.", Read.COUNT, most=PAGE_MAX, least=1
)
CURSOR = Param("cursor", "What the answer before gave as `next`.", most=400, least=1, pattern="^[A-Za-z0-9_=-]+$")
FROM = Param("from", "The first instant of the window, with its zone.", Read.TIME, required=True)
TO = Param(
    "to", "The instant before which the window ends, with its zone; at most 31 days after.", Read.TIME, required=True
)

ROUTES = (
    Route("GET", "/me", "me", "Who asks, and as what.", reading.me, answers.Me),
    Route(
        "GET",
        "/cases",
        "list_cases",
        "Cases in sight, by reference.",
        reading.cases,
        answers.Cases,
        params=(
            Param("reference", "Only those whose reference holds these signs.", most=SEARCH_MAX),
            Param(
                "holding", "Only those of which this holds now.", Read.WORD, words=tuple(one.value for one in Holding)
            ),
            LIMIT,
            CURSOR,
        ),
    ),
    Route(
        "POST",
        "/cases",
        "open_case",
        "Open a case at rung 0, without a name. A caseworker who opens it is its first officer.",
        acting.new_case,
        answers.CaseShown,
        status=201,
        body=bodies.NewCase,
        conflicts=True,
    ),
    Route("GET", "/cases/{reference}", "show_case", "One case.", reading.case, answers.CaseShown),
    Route(
        "GET",
        "/cases/{reference}/decisions",
        "list_decisions",
        "A case's decisions, the newest start first.",
        reading.decisions,
        answers.Decisions,
        params=(LIMIT,),
    ),
    Route(
        "GET",
        "/cases/{reference}/tasks",
        "list_tasks_of_case",
        "A case's tasks, done ones too, the first due first.",
        reading.case_tasks,
        answers.Tasks,
        params=(LIMIT,),
    ),
    Route(
        "GET",
        "/cases/{reference}/alerts",
        "list_alerts_of_case",
        "A case's alerts, the newest first.",
        reading.case_alerts,
        answers.Alerts,
        params=(LIMIT,),
    ),
    Route(
        "POST",
        "/cases/{reference}/facts",
        "record_fact",
        "Record a fact of a case, with all that it sets going.",
        acting.new_fact,
        answers.FactTaken,
        status=201,
        body=bodies.NewFact,
    ),
    Route(
        "POST",
        "/cases/{reference}/step-down",
        "step_down",
        "Step down the ladder, at once.",
        acting.lower,
        answers.Lowered,
        body=bodies.StepDown,
        conflicts=True,
    ),
    Route("GET", "/decisions/{decision_id}", "show_decision", "One decision.", reading.decision, answers.DecisionShown),
    Route(
        "GET",
        "/decisions/{decision_id}/conditions",
        "list_conditions",
        "What a decision asks of the person, without a place.",
        reading.conditions,
        answers.Conditions,
        params=(LIMIT,),
    ),
    Route(
        "POST",
        "/decisions/{decision_id}/end",
        "end_decision",
        "End a decision, at once and for good.",
        acting.end,
        answers.Entered,
        body=bodies.EndDecision,
        conflicts=True,
    ),
    Route(
        "POST",
        "/decisions/{decision_id}/pause",
        "pause_decision",
        "Pause collection, at once. To go on needs a second person, on a page.",
        acting.pause,
        answers.Entered,
        conflicts=True,
    ),
    Route(
        "GET",
        "/tasks",
        "list_tasks",
        "Open tasks of cases in sight, the first due first.",
        reading.tasks,
        answers.Tasks,
        params=(LIMIT,),
    ),
    Route(
        "POST",
        "/tasks/{task_id}/complete",
        "complete_task",
        "Say that a task is done.",
        acting.complete,
        answers.Entered,
        conflicts=True,
    ),
    Route(
        "GET",
        "/alerts",
        "list_alerts",
        "Open alerts that the account may know of, the oldest first.",
        reading.alerts,
        answers.Alerts,
        params=(LIMIT,),
    ),
    Route("GET", "/alerts/{alert_id}", "show_alert", "One alert.", reading.alert, answers.AlertShown),
    Route(
        "GET",
        "/alerts/{alert_id}/contacts",
        "list_contacts_of_alert",
        "Tries to reach the person about an alert, and their calls in, the first first: facts, and never words.",
        reading.contacts,
        answers.Contacts,
        params=(LIMIT,),
    ),
    Route(
        "POST",
        "/alerts/{alert_id}/claim",
        "claim_alert",
        "Claim an alert that nobody holds.",
        acting.claim,
        answers.Entered,
        conflicts=True,
    ),
    Route(
        "GET",
        "/ledger/entries",
        "list_entries",
        "Ledger entries of a window of time, in order.",
        reading_ledger.entries,
        answers.Entries,
        params=(FROM, TO, LIMIT, CURSOR),
    ),
    Route(
        "GET",
        "/schemes",
        "list_schemes",
        "Schemes, by id.",
        reading_schemes.schemes,
        answers.Schemes,
        params=(LIMIT, CURSOR),
    ),
    Route(
        "GET",
        "/schemes/{scheme_id}/register",
        "show_register",
        "A scheme's register as one document, as `custodiet scheme export` writes it.",
        reading_schemes.register,
        None,
        params=(
            Param("at", "As it was in effect at this instant, with its zone; now when it is not said.", Read.TIME),
        ),
        schema={
            "type": "object",
            "description": "docs/scheme.schema.json describes it.",
            "required": ["custodiet_scheme", "register"],
            "properties": {"custodiet_scheme": {"const": 1}, "register": {"type": "object"}},
        },
    ),
    Route(
        "GET",
        "/schemes/{scheme_id}/operations",
        "list_operations",
        "Every mode of the ladder in a scheme: how it stands, and what it lacks.",
        reading_schemes.operations,
        answers.Operations,
    ),
)

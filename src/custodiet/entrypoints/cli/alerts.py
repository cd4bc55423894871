"""Handling an alert from the command line, until there are pages for it: the same flows, the same objections."""

import sys
from datetime import datetime

from custodiet.entrypoints.wording import said_alert
from custodiet.flows.handle_alert import Desk
from custodiet.flows.ports import Clock, Store
from custodiet.model.alert import AlertMove, Excuse
from custodiet.model.contact_record import CameOf, Verified, Way
from custodiet.model.identity import ActorId, AlertId
from custodiet.rules.alerts import MOVES, WITH_REASONS


def show_alert(store: Store, clock: Clock, alert_id: str) -> None:
    """Explain one alert, and say what can be done with it. Raises NotFound."""
    with store.reading() as view:
        alert = view.alert(AlertId(alert_id))
        reference = view.case(alert.case_id).reference
    print(f"{reference}  {alert.state}: {said_alert(alert, clock.now())}")
    moves = [f"{move} (say why)" if move in WITH_REASONS else str(move) for move in MOVES[alert.state]]
    print(f"  next: {', '.join(moves) or 'nothing'}")


def move_alert(desk: Desk, alert_id: str, move: str, by: str, until: datetime | None = None) -> None:
    """Take one step, a suspension `until` a time; reasons come from standard input: no command line holds them."""
    reasons = sys.stdin.read() if AlertMove(move) in WITH_REASONS else ""
    index = desk.move(AlertId(alert_id), AlertMove(move), ActorId(by), reasons, until)
    print(f"{move}: entered at {index}")


def record_contact(desk: Desk, alert_id: str, how: str, outcome: str, by: str, verified: str | None = None) -> None:
    """Record that the person was tried, or called; the words, which may be none, are read from standard input."""
    known = None if verified is None else Verified(verified)
    index = desk.contact(AlertId(alert_id), Way(how), CameOf(outcome), sys.stdin.read(), ActorId(by), known)
    print(f"contact: entered at {index}")


def record_reply(desk: Desk, alert_id: str, excuse: str, by: str) -> None:
    """Record what the person says to an enquiry, read from standard input."""
    index = desk.reply(AlertId(alert_id), Excuse(excuse), sys.stdin.read(), ActorId(by))
    print(f"reply: entered at {index}")

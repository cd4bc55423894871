"""Verbs that ask: how things stand, and a person's own copy."""

import sys
from pathlib import Path

from custodiet.entrypoints.cli.files import new_file
from custodiet.entrypoints.wording import said_alert, said_state, said_task, said_time, said_told
from custodiet.flows.open_sealed import give_own_copy
from custodiet.flows.ports import Clock, Store, Vault
from custodiet.flows.show_standing import show_standing
from custodiet.model.identity import ActorId


def show_status(store: Store, clock: Clock) -> None:
    """Print how things stand. No position, no name."""
    with store.reading() as view:
        standing = show_standing(view, clock.now())
    print(f"at {said_time(standing.at)}: {standing.cases} cases, {standing.entries} ledger entries")
    for one in standing.monitored:
        print(f"  {one.reference}  rung {one.rung:>2}  {one.mode:<40} {said_state(one, standing.at)}")
    for reference in standing.undecided:
        print(f"  {reference}  no decision: whatever is sent is refused")
    if standing.cases_more:
        print(f"  and {standing.cases_more} more cases")
    for task in standing.tasks:
        print(f"  task  {task.reference}  {said_task(task.kind)}, due {task.due_at:%d %B, %H:%M UTC}")
    for waiting in standing.alerts:
        alert = waiting.alert
        print(f"  alert {waiting.reference}  {alert.id}  {alert.state}: {said_alert(alert, standing.at)}")
    for told in standing.told:
        given = told.instruction
        print(f"  sender  {given.sender_id}  {given.id}  {said_told(told, standing.at)}")
    for outcome, reason, count in standing.reports:
        print(f"  reports  {outcome:<10} {reason or 'all':<15} {count}")


def write_own_copy(store: Store, vault: Vault, reference: str, by: str, out: str | None) -> None:
    """The person's own copy as JSON lines. Raises VaultUnavailable or OpeningRefused, and leaves no half file."""
    lines = give_own_copy(store, vault, reference, ActorId(by))
    if out is None:
        for line in list(lines):  # whoever reads ours slowly must hold up nobody whom the vault is to answer
            sys.stdout.buffer.write(line + b"\n")
        sys.stdout.flush()
        return
    with new_file(Path(out)) as file:
        file.writelines(line + b"\n" for line in lines)

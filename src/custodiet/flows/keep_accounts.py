"""Record that an account that signs in is opened or closed, or its sessions ended, before it is: whoever could sign in
stands in the ledger.

If we die between the entry and the account, the entry says too much, never too little: it is opened again, and said so.
"""

from custodiet.flows.ports import Acting, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.account_record import AccountClosed, AccountOpened, SessionsEnded
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.staff import is_joined


def record_opening(store: Store, actor: ActorId, by: ActorId, *, again: bool = False) -> int:
    """The ledger index. Raises NotPermitted for an account of nobody who has joined by two people."""
    with store.acting() as act:
        against = objections_to_acting(by)
        if not is_joined(act.roles_of(actor), act.now):
            against += ("not_joined: nobody has approved a role of this account; once someone has, it can be opened",)
        refuse_if(against)
        return act.write(Entry(EntryKind.ACCOUNT_OPENED, by), AccountOpened(actor, act.now, again))


def record_closing(act: Acting, actor: ActorId, by: ActorId) -> int | None:
    """In the transaction that ended a role: the ledger index; None where another role of theirs goes on."""
    if is_joined(act.roles_of(actor), act.now):
        return None
    return act.write(Entry(EntryKind.ACCOUNT_CLOSED, by), AccountClosed(actor, act.now))


def record_closing_by_hand(store: Store, actor: ActorId, by: ActorId) -> int:
    """The operator of the platform shuts an account at once, whatever roles it has. The ledger index."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        return act.write(Entry(EntryKind.ACCOUNT_CLOSED, by), AccountClosed(actor, act.now))


def record_ending_sessions(store: Store, actor: ActorId, by: ActorId) -> int:
    """The operator of the platform ends the sessions of an account that goes on. The ledger index."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        return act.write(Entry(EntryKind.SESSIONS_ENDED, by), SessionsEnded(actor, act.now))

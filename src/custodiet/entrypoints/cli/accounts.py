"""Accounts from the command line: each is in the ledger before it is one, as it is when a page opens it.

What cannot be done is said before anything is recorded. A password is printed once and kept nowhere.
"""

from custodiet.entrypoints.web.accounts import keeping
from custodiet.entrypoints.web.place import SignInPlace
from custodiet.flows.keep_accounts import record_closing_by_hand, record_ending_sessions, record_opening
from custodiet.flows.ports import Store
from custodiet.model.identity import ActorId


def open_account(store: Store, signing_in: SignInPlace, username: str, actor: ActorId, by: ActorId) -> None:
    """A new account for someone who has joined. Raises IllegalMove for a name or an actor that has one."""
    keeping.require_free(signing_in, username, actor)
    record_opening(store, actor, by)
    password = keeping.open_account(signing_in, username, actor)
    print(f"{username.lower()} {password} (said once; it is to be changed at once)")


def renew_password(store: Store, signing_in: SignInPlace, actor: ActorId, by: ActorId) -> None:
    """A password for one use, for one that was lost. Raises NotFound for an actor without an account."""
    keeping.require_account(signing_in, actor)
    record_opening(store, actor, by, again=True)
    password = keeping.renew_password(signing_in, actor)
    print(f"{password} (said once; it is to be changed at once); codes, passkeys and sessions are gone")


def end_sessions(store: Store, signing_in: SignInPlace, actor: ActorId, by: ActorId, *, close: bool) -> None:
    """End their sessions at once, and with `close` the account. Raises NotFound for an actor without an account."""
    keeping.require_account(signing_in, actor)
    record = record_closing_by_hand if close else record_ending_sessions
    record(store, actor, by)
    ended = keeping.end_sessions(signing_in, actor, close=close)
    print(f"{ended} sessions ended" + ("; nobody signs in with that account any more" if close else ""))

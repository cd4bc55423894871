"""Accounts from outside a page: made, given a one-time password, closed; and whose sessions end at once.

Every function sets Django up over the database it is handed; the rest of our code need not know that there is Django.
"""

import secrets
from typing import Any

from django.db import connection, transaction

from custodiet.entrypoints.web.configured import configure
from custodiet.entrypoints.web.place import SignInPlace
from custodiet.model.errors import IllegalMove, NotFound
from custodiet.model.identity import ActorId

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is taken for another."""


def prepare(signing_in: SignInPlace) -> None:
    """Make the database, or bring it to the form of this code."""
    configure(signing_in)
    from django.core.management import call_command  # noqa: PLC0415 - Django wants its settings first

    signing_in.database.touch(mode=0o600)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    connection.close()


def is_prepared(signing_in: SignInPlace) -> bool:
    """Whether the database has the form of this code."""
    configure(signing_in)
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - as above

    if not signing_in.database.is_file():
        return False
    executor = MigrationExecutor(connection)
    ready = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    connection.close()
    return ready


def require_free(signing_in: SignInPlace, username: str, actor: ActorId) -> None:
    """Raises IllegalMove when the name is taken, or the actor has an account already."""
    configure(signing_in)
    from django.db.models import Q  # noqa: PLC0415 - as above

    from custodiet.entrypoints.web.accounts.models import Account  # noqa: PLC0415 - as above

    taken = Account.objects.filter(Q(username=username.lower()) | Q(actor=actor)).exists()
    connection.close()
    if taken:
        raise IllegalMove(f"{username} or {actor} has an account already")


def require_account(signing_in: SignInPlace, actor: ActorId) -> None:
    """Raises NotFound for an actor without an account."""
    configure(signing_in)
    try:
        _account_of(actor)
    finally:
        connection.close()


def open_account(signing_in: SignInPlace, username: str, actor: ActorId, *, once: bool = True) -> str:
    """A new account for an actor; the password, which nobody else knows. `once`: it must be changed at first use.

    Raises IllegalMove when the name is taken, or the actor has an account already.
    """
    configure(signing_in)
    from django.db import IntegrityError  # noqa: PLC0415 - as above

    from custodiet.entrypoints.web.accounts.models import Account  # noqa: PLC0415 - as above

    password = new_password()
    account = Account(username=username.lower(), actor=actor, password_is_given=once)
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:
        raise IllegalMove(f"{username} or {actor} has an account already") from None
    finally:
        connection.close()
    return password


def renew_password(signing_in: SignInPlace, actor: ActorId) -> str:
    """A one-time password for an account whose own was lost; its sessions and second factors are gone.

    Raises NotFound for an actor without an account.
    """
    configure(signing_in)
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - as above

    account, password = _account_of(actor), new_password()
    with transaction.atomic():
        account.set_password(password)
        account.password_is_given, account.is_active = True, True
        account.save()
        account.sessions.all().delete()
        Authenticator.objects.filter(user_id=account.pk).delete()
    connection.close()
    return password


def end_sessions(signing_in: SignInPlace, actor: ActorId, *, close: bool = False) -> int:
    """End every session of an actor at once; how many there were. `close`: nobody signs in with the account again.

    Raises NotFound for an actor without an account.
    """
    configure(signing_in)
    account = _account_of(actor)
    with transaction.atomic():
        if close:
            account.is_active = False
            account.save()
        ended: int = account.sessions.all().delete()[1].get("accounts.Session", 0)
    connection.close()
    return ended


def clear_old_sessions(signing_in: SignInPlace) -> None:
    """Take out the sessions that nobody can use any more."""
    configure(signing_in)
    from custodiet.entrypoints.web.accounts.sessions import SessionStore  # noqa: PLC0415 - as above

    SessionStore.clear_expired()
    connection.close()


def new_password() -> str:
    """Four groups of five letters that are told apart: about 98 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def _account_of(actor: ActorId) -> Any:
    from custodiet.entrypoints.web.accounts.models import Account  # noqa: PLC0415 - as above

    account = Account.objects.filter(actor=actor).first()
    if account is None:
        raise NotFound("no account of that actor")
    return account

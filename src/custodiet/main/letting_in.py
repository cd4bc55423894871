"""Verbs about who may send reports and who may sign in."""

import argparse

from custodiet.adapters.world import SystemChance, SystemClock
from custodiet.main.pages import sign_in_place
from custodiet.main.settled import settings_made
from custodiet.main.stores import open_store
from custodiet.model.identity import ActorId


def sender_list(asked: argparse.Namespace) -> None:
    """Who may send, and until when."""
    from custodiet.entrypoints.cli.senders import list_senders

    list_senders(open_store(settings_made(asked), read_only=True), SystemClock(), ended_too=asked.all)


def sender_issue(asked: argparse.Namespace) -> None:
    """A sender and its token."""
    from custodiet.entrypoints.cli.senders import issue

    store = open_store(settings_made(asked))
    issue(store, SystemChance(), asked.scheme, asked.label, tuple(dict.fromkeys(asked.device)), asked.by, asked.fitting)


def sender_rotate(asked: argparse.Namespace) -> None:
    """A new token beside the one in use."""
    from custodiet.entrypoints.cli.senders import rotate

    rotate(open_store(settings_made(asked)), SystemChance(), asked.sender, asked.by, asked.overlap)


def sender_end(asked: argparse.Namespace) -> None:
    """End a sender, or one of its tokens."""
    from custodiet.entrypoints.cli.senders import end

    end(open_store(settings_made(asked)), asked.sender, asked.token, asked.by)


def sender_scope(asked: argparse.Namespace) -> None:
    """Change for which devices a sender speaks."""
    from custodiet.entrypoints.cli.senders import scope

    scope(open_store(settings_made(asked)), asked.sender, tuple(asked.add), tuple(asked.remove), asked.by)


def sender_acknowledge(asked: argparse.Namespace) -> None:
    """Someone at the sender's was told to stop or to start."""
    from custodiet.entrypoints.cli.senders import acknowledge_instruction

    acknowledge_instruction(open_store(settings_made(asked)), asked.instruction, asked.by)


def account_open(asked: argparse.Namespace) -> None:
    """Give someone an account, with a password for once."""
    from custodiet.entrypoints.cli.accounts import open_account

    settings = settings_made(asked)
    open_account(open_store(settings), sign_in_place(settings), asked.username, ActorId(asked.actor), asked.by)


def account_renew(asked: argparse.Namespace) -> None:
    """Give someone who has lost theirs a password for once."""
    from custodiet.entrypoints.cli.accounts import renew_password

    settings = settings_made(asked)
    renew_password(open_store(settings), sign_in_place(settings), ActorId(asked.actor), asked.by)


def account_end(asked: argparse.Namespace) -> None:
    """End someone's sessions at once."""
    from custodiet.entrypoints.cli.accounts import end_sessions

    settings = settings_made(asked)
    end_sessions(open_store(settings), sign_in_place(settings), ActorId(asked.actor), asked.by, close=asked.close)

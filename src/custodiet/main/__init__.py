"""Joins real adapters to entrypoints: the only package that knows both. One function a verb, and the command line."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from custodiet.entrypoints.cli.command_line import command_line
from custodiet.model.errors import CustodietError

_VERBS = {
    "asking": (
        *("alert_contact", "alert_move", "alert_reply", "alert_show", "copy", "end"),
        *("ledger_export", "ledger_proof", "ledger_verify", "pack_case", "profile", "scheme_export", "status"),
    ),
    "benching": ("bench",),
    "demonstrating": ("demo", "simulate", "tour"),
    "keeping": ("backup", "compile", "doctor", "migrate_store", "move_keys", "restore", "upgrade"),
    "letting_in": (
        *("account_end", "account_open", "account_renew"),
        *("sender_acknowledge", "sender_end", "sender_issue", "sender_list", "sender_rotate", "sender_scope"),
    ),
    "making": ("administrator", "init"),
    "running": ("run", "serve"),
    "taking_in": ("import_cases", "ingest", "load_places", "scheme_check", "scheme_import"),
}
"""By the module that does it, since one verb must not pay for another's imports."""
PROCESSES = ("clock", "gateway", "messenger", "source", "vault", "web")
"""What `run` may run."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The custodiet command. Exits 0, 1 when it could not, 2 when it was asked wrongly."""
    do = {verb: _done_in(module, verb) for module, verbs in _VERBS.items() for verb in verbs}
    asked = command_line(do, PROCESSES).parse_args(arguments)
    try:
        asked.do(asked)
    except CustodietError as error:
        sys.exit(f"custodiet: {error}")
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain about it at its own end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        sys.exit(f"custodiet: {error.strerror or type(error).__name__}: {error.filename or 'an address'}")
    except KeyboardInterrupt:
        sys.exit(130)


def _done_in(module: str, verb: str) -> Callable[[argparse.Namespace], None]:
    def do(asked: argparse.Namespace) -> None:
        getattr(import_module(f"{__name__}.{module}"), verb)(asked)

    return do

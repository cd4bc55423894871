"""The vault's process: a unix socket that takes ledger indices, and the nightly upkeep of its keys.

One question a connection. The first line of an answer is said before any work, so that whoever asks knows in time
whether anyone is there. It decides nothing: what an entry opens is `flows.in_vault.openings`' to say.
"""

import logging
import os
import signal
import socketserver
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Condition, Event, Thread

from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.openings import Openings
from custodiet.model.errors import CustodietError, NotTheFormat, OpeningRefused, Unready
from custodiet.wire.vault import (
    ASK_BYTES_MAX,
    Ask,
    Question,
    read_question,
    write_begun,
    write_end,
    write_gone,
    write_keys,
    write_part,
    write_text,
)

_log = logging.getLogger(__name__)

QUESTION_WAIT_S = 2.0
READ_WAIT_S = 10.0
UPKEEP_S = 30.0
SOCKET_PATH_MAX = 100
"""What the system allows for the path of a unix socket, less a little."""


class _Turns:
    """One at a time, in the order they came. Entering waits for one's turn; leaving is the next one's."""

    def __init__(self) -> None:
        self._moved = Condition()
        self._came = 0
        self._left = 0

    def __enter__(self) -> None:
        with self._moved:
            mine, self._came = self._came, self._came + 1
            self._moved.wait_for(lambda: self._left == mine)

    def __exit__(self, *_: object) -> None:
        with self._moved:
            self._left += 1
            self._moved.notify_all()

    def let_pass(self) -> None:
        """For whoever has their turn: those who wait have theirs first."""
        self.__exit__()
        self.__enter__()


class Vault:
    """Answers one question at a time; a verification, which can take an hour, lets the others pass at each step."""

    def __init__(self, openings: Openings, keys: Keys) -> None:
        self._openings = openings
        self._keys = keys
        self._turns = _Turns()

    def answer(self, question: Question) -> Generator[bytes]:
        """The lines of an answer after the first. Whoever stops listening ends it."""
        with self._turns:
            try:
                for part in self._parts(question):
                    yield write_part(part)
                    if not part:  # a step of a verification: it looks at one view of the store and changes nothing
                        self._turns.let_pass()
            except OpeningRefused as refused:
                yield write_end(str(refused))
            except Exception as error:  # noqa: BLE001 - its text could hold anything of what was opened: it goes nowhere
                _log.error("an opening failed: %s", type(error).__name__)
                yield write_end("the vault cannot do this now")
            else:
                yield write_end(None)

    def _parts(self, question: Question) -> Iterator[bytes]:
        match question.ask:
            case Ask.KEYS:
                yield write_keys(*self._openings.keys(question.index))
            case Ask.CHECKPOINT:
                yield write_text(self._openings.checkpoint(question.index))
            case Ask.ERASE:
                yield from map(write_gone, self._openings.erase(question.index))
            case Ask.OPEN:
                yield from self._openings.open(question.index)

    def keep_up(self) -> None:
        """Turn the epoch when the day has turned."""
        with self._turns:
            self._keys.turn_epoch()

    def take_in(self) -> bool:
        """Find out where some of what came lately lies, so that no look waits for that; whether there may be more."""
        with self._turns:
            return self._openings.take_in()


class _Handler(socketserver.StreamRequestHandler):
    timeout = QUESTION_WAIT_S

    def handle(self) -> None:
        with suppress(OSError):  # whoever asked has gone
            try:
                self._answer(read_question(self.rfile.readline(ASK_BYTES_MAX)))
            except NotTheFormat as error:
                self.wfile.write(write_end(str(error)))

    def _answer(self, question: Question) -> None:
        self.wfile.write(write_begun())
        # Whoever asks and does not read holds up everyone: for so long, and no longer.
        self.connection.settimeout(READ_WAIT_S)
        with closing(self.server.vault.answer(question)) as lines:  # type: ignore[attr-defined]
            for line in lines:
                self.wfile.write(line)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128


def serve_vault(vault: Vault, socket_path: Path) -> None:
    """Serve until SIGTERM or SIGINT. Raises Unready for a path that no socket can have."""
    if len(os.fsencode(socket_path)) > SOCKET_PATH_MAX:
        raise Unready(
            f"the data folder's path is too long for a socket: {SOCKET_PATH_MAX} bytes at most, with its name"
        )
    socket_path.unlink(missing_ok=True)  # whoever holds the vault's lock is alone: what lies there is a dead one's
    before = os.umask(0o117)  # its owner and group; who may come near it, the folder says
    try:
        server = _Server(str(socket_path), _Handler)
    finally:
        os.umask(before)
    server.vault = vault  # type: ignore[attr-defined]
    stopping = Event()

    def stop(*_: object) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    Thread(target=server.serve_forever, name="vault", daemon=True).start()
    pause_s = 0.0
    while not stopping.wait(pause_s):
        pause_s = UPKEEP_S
        try:
            vault.keep_up()
            if vault.take_in():
                pause_s = 0.0
        except (CustodietError, OSError) as error:
            # What is not ready says what to do about it, and holds nothing else.
            said = error if isinstance(error, Unready) else type(error).__name__
            _log.error("upkeep failed: %s", said)
    server.shutdown()
    socket_path.unlink(missing_ok=True)

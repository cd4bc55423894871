"""A real SMTP server that does as it is told, and dies when it is told: `python mail_server.py PORT FOLDER`.

FOLDER/plan says what becomes of the next message, FOLDER/pid who is sending; every message that it takes on lies in
FOLDER/mail, under a number: a name may stand there twice, and the test sees it.
"""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Debugging


class Mailbox(Debugging):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name for it
        plan = (self._folder / "plan").read_text()
        (self._folder / "plan").write_text("take")
        if plan == "later":
            return "451 try again later"
        if plan == "refuse":
            return "550 nobody of that name"
        if plan == "die":
            os._exit(1)
        if plan == "kill before":
            self._kill()
            return "451 nobody is there"
        number = len(list((self._folder / "mail").iterdir()))
        (self._folder / "mail" / f"{number:04d}.eml").write_bytes(envelope.content)
        if plan == "kill after":
            self._kill()
        if plan == "die after":
            os._exit(1)
        return "250 taken"

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(int((self._folder / "pid").read_text()), signal.SIGKILL)


def main(port: str, folder: str) -> None:
    place = Path(folder)
    (place / "mail").mkdir(exist_ok=True)
    controller = Controller(Mailbox(place), hostname="127.0.0.1", port=int(port), ready_timeout=30)
    controller.start()
    (place / "up").write_text(str(os.getpid()))
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main(*sys.argv[1:])

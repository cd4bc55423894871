"""A folder that its owner alone can read: one file a message, named by it, so that none is there twice."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from custodiet.model.identity import MessageId
from custodiet.model.message import Message, Setback
from custodiet.wire.message import Destination, Wordings, wording_for, write_email


class FolderCarrier:
    """The promises of flows.send_messages.Carrier and Taking."""

    def __init__(self, folder: Path, sender: str, wordings: Wordings, nobody_there: type[Exception]) -> None:
        self._folder = folder
        self._sender = sender
        self._wordings = wordings
        self._nobody_there = nobody_there

    @contextmanager
    def reached(self) -> Iterator["FolderCarrier"]:
        """The folder, made if it is not there."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._folder.stat().st_mode & 0o077:
                raise self._nobody_there("others may reach the folder of messages")
        except OSError as error:
            raise self._nobody_there(f"the folder of messages: {type(error).__name__}") from None
        yield self

    def ready(self) -> None:
        """A folder does not go away by itself: what cannot be written is tried again."""

    def has(self, message_id: MessageId) -> bool | None:
        return self._file(message_id).exists()

    def take(self, message: Message, to: Destination, at: datetime) -> Setback | None:
        wording = wording_for(self._wordings, to.language, message.template)
        letter = write_email(message.id, wording, to, self._sender, at)
        file = self._file(message.id)
        partly = file.with_suffix(".part")
        try:
            with os.fdopen(os.open(partly, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
                written.write(letter)
                written.flush()
                os.fsync(written.fileno())
            partly.rename(file)
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError:
            return Setback.LATER
        return None

    def _file(self, message_id: MessageId) -> Path:
        return self._folder / f"{message_id}.eml"

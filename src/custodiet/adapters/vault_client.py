"""The vault, asked over its unix socket. One connection a question; silence for two seconds is an answer too."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TypeVar

from custodiet.model.erasing_record import DayGone
from custodiet.model.errors import NotTheFormat, OpeningRefused, VaultUnavailable
from custodiet.model.record import DayKey, RecordKey
from custodiet.wire.vault import Ask, Question, read_gone, read_keys, read_line, read_text, write_question

T = TypeVar("T")

FIRST_ANSWER_S = 2.0
NEXT_LINE_S = 60.0
"""A long opening says its first line when it has begun; between lines it may take its time."""


class VaultClient:
    """The promises of flows.ports.Vault."""

    def __init__(self, socket_path: Path) -> None:
        self._path = socket_path

    def keys(self, index: int) -> tuple[tuple[RecordKey, ...], tuple[DayKey, ...]]:
        issued = self._whole(read_keys, Question(Ask.KEYS, index))
        return issued.record_keys, issued.day_keys

    def open(self, index: int) -> Iterator[bytes]:
        """Asked before this returns; the parts come as they are read."""
        parts = self._ask(Question(Ask.OPEN, index))
        first = next(parts, None)
        return parts if first is None else chain((first,), parts)

    def erase(self, index: int) -> Iterator[DayGone]:
        for part in self._ask(Question(Ask.ERASE, index)):
            try:
                yield read_gone(part)
            except NotTheFormat:
                raise VaultUnavailable("the vault's answer cannot be read") from None

    def checkpoint(self, size: int = 0) -> str:
        return self._whole(read_text, Question(Ask.CHECKPOINT, size))

    def _whole(self, read: Callable[[bytes], T], question: Question) -> T:
        try:
            return read(b"".join(self._ask(question)))
        except NotTheFormat:
            raise VaultUnavailable("the vault's answer cannot be read") from None

    def _ask(self, question: Question) -> Iterator[bytes]:
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as connection:
            connection.settimeout(FIRST_ANSWER_S)
            try:
                connection.connect(str(self._path))
                connection.sendall(write_question(question))
                with connection.makefile("rb") as lines:
                    for line in lines:
                        connection.settimeout(NEXT_LINE_S)
                        said = read_line(line)
                        if said.end == "ok":
                            return
                        if said.end is not None:
                            raise OpeningRefused(said.why or "refused")
                        if part := bytes(said.part):
                            yield part
            except (OSError, NotTheFormat):
                raise VaultUnavailable("the vault does not answer") from None
            raise VaultUnavailable("the vault broke off")

"""Errors by whose fault they are. A refusal is not here: it is a value with its reasons."""


class CustodietError(Exception):
    """Root of our own errors; its text never holds a coordinate, a name or free text of a case."""


class IllegalValue(CustodietError):
    """A noun was built from facts that cannot stand together; the caller is wrong."""


class NotFound(CustodietError):
    """The thing named does not exist in this store."""


class IllegalMove(CustodietError):
    """The state the thing is in does not allow this move; nothing was changed."""


class NotPermitted(CustodietError):
    """A rule refuses this act; the text names every rule that does, `objections` each of them apart."""

    def __init__(self, text: str = "", objections: tuple[object, ...] = ()) -> None:
        super().__init__(text)
        self.objections = objections


class CannotRecord(CustodietError):
    """The store cannot make a record durable now; nothing was kept, nothing may be shown. Try again."""


class LeaseLost(CustodietError):
    """Another process has taken over what this one was doing; it must stop doing it."""


class NotTheFormat(CustodietError):
    """Bytes from outside are not in the format they claim; the text says where, never what."""


class VaultUnavailable(CustodietError):
    """The vault gave no answer in time; what it would have opened stays shut."""


class OpeningRefused(CustodietError):
    """The vault refuses this opening; the text is one of its closed list of reasons."""


class TableMismatch(CustodietError):
    """What stands in the store is not what the ledger says was written there."""


class Unready(CustodietError):
    """A setting, key or folder is missing or unsafe; the text says what to do about each."""

"""Public keys are used only when the vault's pinned key has signed for them: a row in a table proves nothing.

The pin comes from outside the data folder: whoever owns the database could write another key into its first record.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from custodiet.flows.ports import Reading
from custodiet.model.errors import CannotRecord, TableMismatch
from custodiet.model.identity import PersonId
from custodiet.model.record import DayKey, LogOpened, RecordKey
from custodiet.rules.keys import day_key_claim, record_key_claim


def trusted_record_key(pinned: LogOpened, key: RecordKey) -> bytes:
    """The public key. Raises TableMismatch when the vault did not sign it for this person."""
    _check(pinned.issue_key, key.signature, record_key_claim(key.person_id, key.public))
    return key.public


def record_key_of(view: Reading, pinned: LogOpened, person_id: PersonId) -> bytes:
    """The public key under which everything that is written of a person is sealed.

    Raises CannotRecord while the vault has issued none yet, TableMismatch when it did not sign the one that stands.
    """
    key = view.record_key(person_id)
    if key is None:
        raise CannotRecord("no record key yet: the vault issues it within seconds of the case opening")
    return trusted_record_key(pinned, key)


def trusted_day_key(pinned: LogOpened, key: DayKey) -> bytes:
    """The public key. Raises TableMismatch when the vault did not sign it for this person, category and day."""
    _check(pinned.issue_key, key.signature, day_key_claim(key.person_id, key.category, key.day, key.public))
    return key.public


def _check(issue_key: bytes, signature: bytes, claim: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(issue_key).verify(signature, claim)
    except InvalidSignature:
        raise TableMismatch("a public key that the vault has not signed") from None

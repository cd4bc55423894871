"""Sealing: HPKE to a public key, AES-256-GCM under a session key. Nothing here keeps a key.

HPKE is RFC 9180 with X25519, HKDF-SHA256 and AES-256-GCM, as the `cryptography` library implements it. Opening
raises OpeningRefused, without a cause, for any ciphertext, key or context that does not fit.
"""

import hmac
from collections.abc import Callable
from hashlib import sha256

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from custodiet.model.errors import IllegalValue, OpeningRefused
from custodiet.model.identity import SessionId

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal_to(public: bytes, plain: bytes, context: bytes) -> bytes:
    """Sealed so that only the holder of the private key opens it, and only in the same context."""
    return _SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public), context)


def open_with(private: bytes, sealed: bytes, context: bytes) -> bytes:
    """The inverse of seal_to."""
    try:
        return _SUITE.decrypt(sealed, X25519PrivateKey.from_private_bytes(private), context)
    except (InvalidTag, ValueError):
        raise OpeningRefused("does not open: wrong key, context or bytes") from None


def public_of(private: bytes) -> bytes:
    """The X25519 public key of a private one, 32 bytes each."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal_under(key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
    """Nonce ‖ ciphertext ‖ tag. The nonce must never repeat under one key: hand in 12 fresh random bytes."""
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def open_under(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """The inverse of seal_under."""
    return opening_under(key)(sealed, context)


def opening_under(key: bytes) -> Callable[[bytes, bytes], bytes]:
    """open_under with the key made ready once: (sealed, context) to bytes."""
    try:
        decrypt = AESGCM(key).decrypt
    except ValueError:
        raise OpeningRefused("does not open: wrong key, context or bytes") from None

    def unseal(sealed: bytes, context: bytes) -> bytes:
        try:
            return decrypt(sealed[:12], sealed[12:], context)
        except (InvalidTag, ValueError):
            raise OpeningRefused("does not open: wrong key, context or bytes") from None

    return unseal


def telling_apart(key: bytes) -> Callable[[bytes], bytes]:
    """Blocks of 16 bytes to as many, each by itself: alike for alike ones. Whoever has the key gets them back."""
    # Each by itself is what is wanted here, and what makes this mode unfit for hiding anything that repeats.
    return Cipher(AES256(key), ECB()).encryptor().update  # noqa: S305


def commitment(key: bytes, session_id: SessionId) -> bytes:
    """32 bytes that bind a session to one key, since AES-GCM alone does not."""
    return hmac.digest(key, b"custodiet/commit/v1\0" + session_id.encode(), sha256)


def seal_for(recipient: str, plain: bytes) -> bytes:
    """An age file for one X25519 recipient, as `age` opens it. Raises IllegalValue for what is no recipient."""
    try:
        file: bytes = pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(recipient)])
        return file
    except (pyrage.RecipientError, pyrage.EncryptError):
        raise IllegalValue("no recipient of a pack") from None

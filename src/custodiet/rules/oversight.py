"""How those who watch the watchers are told who acted: by what an account worked as, and a word of its own."""

from hashlib import sha256


def pseudonym(actor: str, origin: str) -> str:
    """A short word for an account, the same everywhere in one log: told beside what it worked as, never a name."""
    return sha256(f"custodiet/pseudonym/v1\0{origin}\0{actor}".encode()).hexdigest()[:6].upper()

"""What backup, restore and upgrade say when they are done: never a position, a name or a key."""

from pathlib import Path

from custodiet.wire.backup import CHECKPOINT, Manifest


def said_backup(out: Path, manifest: Manifest) -> str:
    """One backup, and what it is good for."""
    total = sum(member.bytes for member in manifest.members)
    signed = any(member.name == CHECKPOINT for member in manifest.members)
    word = (
        "the vault signed that this is what it has followed"
        if signed
        else "WITHOUT the vault's word: a vault that has followed further will refuse to restore it"
    )
    return (
        f"{out}: {manifest.size} entries, {total} bytes; {word}\n"
        "It holds sealed data, and references, decisions and alerts in clear. The vault and its keys are not in it."
    )


def said_vault_backup(out: Path) -> str:
    """The vault's own."""
    return (
        f"{out}: the vault's keys, wrapped under today's epoch key, which is destroyed when the day turns (UTC)\n"
        "Keep it away from the backup of the data, and from the keys folder."
    )

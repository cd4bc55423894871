"""What backup, restore and upgrade say when they are done: never a position, a name or a key."""

from pathlib import Path

from custodiet.wire.backup import CHECKPOINT, Manifest
from custodiet.wire.restored import Report, report_json


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


def say_restored(report: Report, *, as_json: bool) -> None:
    """What a restore did, and what is to be done now."""
    print(report_json(report).decode() if as_json else "\n".join(_said_restored(report)))


def _said_restored(one: Report) -> list[str]:
    lines = [
        f"closed     {one.closed.origin} at {one.closed.size} entries, root {one.closed.root}",
        f"kept       {one.kept.size} entries of {one.kept.origin}; {one.lost} entries of the closed log are lost",
        f"opened     {one.origin}, ordered by {one.by}; its key, for whoever checks it:",
        f"           {one.vkey}",
        f"tables     {', '.join(f'{count} {finding}' for finding, count in one.tables.items())}",
        f"openings   {len(one.openings_lost)} lost from the ledger, entered again from the vault's own file",
    ]
    lines += [f"           {lost.at}  {lost.kind}  by {lost.by}, was entry {lost.index}" for lost in one.openings_lost]
    lines.append(f"days       {len(one.days_erased)} whose key is gone: they stay unreadable, and take nothing more")
    if one.people_without_key:
        lines.append(f"people     {one.people_without_key} whose record key this vault does not hold")
    lines.append(f"paused     {_listed(one.paused)}")
    if one.ended:
        lines.append(f"ended      {_listed(one.ended)}: succeeded already, and so could not pause")
    lines += [f"put aside  {path}" for path in (one.store_aside, one.log_aside) if path is not None]
    return [
        *lines,
        "",
        f"WHATEVER WAS RECORDED AFTER {one.backup_made_at} IS LOST: withdrawals, orders that ended, devices that",
        "changed hands, absences, alerts that were handled. So nothing is collected until someone has looked at each",
        "case above.",
        "Tokens of senders that were ended since then speak again: end them again.",
        "Whoever keeps the old log's key needs the new one.",
    ]


def _listed(references: tuple[str, ...]) -> str:
    return f"{len(references)} decisions{': ' if references else ''}{', '.join(references)}"


def say_upgraded(store: tuple[str, str], vault: tuple[int, int], entries: int, aside: Path | None) -> None:
    """What an upgrade did."""
    print(f"store      {_moved(*store)}\nvault      {_moved(*vault)}")
    print(f"ledger     {entries} entries, the same before and after")
    if aside is not None:
        print(f"put aside  {aside.name}: the store as it was; delete it when you no longer need it")


def say_moved(rows: int, entries: int, aside: Path) -> None:
    """What bringing a store into a database did."""
    print(f"store      {rows} rows, the same in the database, under the same law")
    print(f"ledger     {entries} entries, the same before and after")
    print(f"put aside  {aside.name}: the store as it was; delete it when you no longer need it")


def _moved(before: object, after: object) -> str:
    return f"from form {before} to {after}" if before != after else f"has the form of this version, {after}"

"""The ledger from the command line: verify, export, proof. Verifying needs no key and opens nothing."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from custodiet.flows.check_ledger import check_ledger, look_at_entry
from custodiet.flows.open_sealed import ask_verify_tables
from custodiet.flows.ports import Store, Vault
from custodiet.flows.prove_entry import prove_entry
from custodiet.model.identity import ActorId
from custodiet.rules.chain import Tree, leaf_hash
from custodiet.wire.note import encode_base64, open_checkpoint, parse_checkpoint, unverified_body

_AT_ONCE = 1000


class Published(Protocol):
    """Where checkpoints are published."""

    def read_checkpoint(self) -> str | None: ...


class Exported(Protocol):
    """An auditor's copy as read back."""

    @property
    def bodies(self) -> Sequence[bytes]: ...
    @property
    def note(self) -> str: ...
    @property
    def vkey(self) -> str: ...


def verify_here(
    store: Store, published: Published, vault: Vault | None, by: str, known_vkey: str, *, as_json: bool
) -> int:
    """Check every entry and the published checkpoint; with a vault, the tables too. The exit status."""
    note = published.read_checkpoint()
    checkpoint = None if note is None else open_checkpoint(note, known_vkey)
    with store.reading() as view:
        checked = check_ledger(view, checkpoint)
    wrong = list(checked.wrong)
    tables = None if vault is None else ask_verify_tables(store, vault, ActorId(by))
    if tables is not None and (tables["missing"] or tables["differing"]):
        wrong.append(f"tables: {tables['missing']} missing, {tables['differing']} differing")
    said = {"size": checked.size, "root": encode_base64(checked.tree.root()), "ok": not wrong}
    said |= {"checkpoint_size": None if checkpoint is None else checkpoint.size}
    if checked.reopened:
        said["reopened"] = checked.reopened
    if tables is not None:
        said["tables"] = tables
    if wrong:
        said["wrong"] = wrong
    _say(said, as_json=as_json)
    return 1 if wrong else 0


def verify_export(exported: Exported, known_vkey: str | None, *, as_json: bool) -> int:
    """The same for an auditor's copy. The exit status."""
    tree = Tree(leaf_hash(body) for body in exported.bodies)
    wrong, reopened = list[str](), list[str]()
    for index, body in enumerate(exported.bodies):
        look_at_entry(index, body, tree, wrong, reopened)
    checkpoint = open_checkpoint(exported.note, known_vkey or exported.vkey)
    if (checkpoint.size, checkpoint.root) != (len(tree), tree.root()):
        wrong.append("the entries are not those that the checkpoint was signed over")
    said = {"size": len(tree), "root": encode_base64(tree.root()), "ok": not wrong}
    if reopened:
        said["reopened"] = reopened
    if wrong:
        said["wrong"] = wrong
    _say(said, as_json=as_json)
    return 1 if wrong else 0


def export_ledger(
    store: Store,
    vault: Vault,
    known_vkey: str,
    folder: Path,
    write: Callable[[Path, list[bytes], list[bytes], str, str], None],
) -> None:
    """Entries, tiles, the pinned key and a checkpoint signed just now, for an auditor."""
    note = vault.checkpoint()
    size = parse_checkpoint(unverified_body(note)).size
    with store.reading() as view:
        rows = [row for start in range(0, size, _AT_ONCE) for row in view.entries(start, min(_AT_ONCE, size - start))]
    write(folder, [row.body for row in rows], [row.leaf for row in rows], note, known_vkey)
    print(f"{size} entries in {folder}; the log's key, to be compared with one you have from elsewhere:\n{known_vkey}")


def print_proof(store: Store, vault: Vault, index: int, cosigned: str | None = None) -> None:
    """The proof of one entry's place, under what witnesses have signed if it covers it, or a checkpoint signed now."""
    print(prove_entry(store, vault, index, cosigned), end="")


def _say(said: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(said))
        return
    for name, value in said.items():
        if isinstance(value, dict):
            print(f"{name}: " + ", ".join(f"{count} {finding}" for finding, count in value.items()))
        elif isinstance(value, list | tuple):
            print(*(f"{name}: {each}" for each in value), sep="\n")
        else:
            print(f"{name}: {value}")

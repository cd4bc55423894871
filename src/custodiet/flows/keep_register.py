"""Keep a scheme's register: one version after another, each from an instant on; copy its structure for another scheme.

A version that would have something erased earlier is kept only by someone who has seen how much (a dry run). It puts
into re-assessment the operations whose assessment rested on what it changes, and no other.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from custodiet.flows.ports import Acting, Reading, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.scheme_now import scheme_at
from custodiet.model.dpia import Activation
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.judging import FOR_NEW_SCHEMES, Judging
from custodiet.model.mode import ModeCode
from custodiet.model.record import Reassessed, RegisterAmended, SchemeRegistered
from custodiet.model.register import Register
from custodiet.rules.register import (
    DryRun,
    contradictions,
    dry_run,
    first_scheme,
    reassessed,
    register_of,
    scheme_of,
    shortened,
    shorter,
)


def keep_register(
    store: Store,
    register: Register,
    by: ActorId,
    *,
    effective_at: datetime | None = None,
    seen: str = "",
    after: int | None = None,
    judging: Judging = FOR_NEW_SCHEMES,
) -> int:
    """Keep a version, in effect from now or later; the first one registers the scheme as well. The ledger index.

    `seen`: the token of the dry run, where it shortens a retention rule. `after`: the number of the version that the
    author had before them (0: none). Raises NotPermitted with every objection.
    """
    with store.acting() as act:
        _registered(act, register, by, judging)
        scheme_id, starts = register.scheme_id, effective_at or act.now
        versions = act.registers(scheme_id)
        before = versions[-1].register if versions else register_of(act.scheme(scheme_id))
        against = tuple(
            f"contradiction: {one.path} {one.says}; the same document without that" for one in contradictions(register)
        )
        if starts < act.now:
            against += ("reaches_back: a version takes effect now or later; the same from now on",)
        if versions and starts < versions[-1].effective_at:
            against += (
                (
                    "before_the_last: a version waits that takes effect later than this would; "
                    "the same from that day on or later"
                ),
            )
        if act.scheme_ending(scheme_id) is not None:
            against += ("scheme_ended: the scheme was ended; its register stands as it is",)
        if after is not None and after != len(versions):
            against += ("changed_since: someone kept another version meanwhile; look at what changes against that one",)
        refuse_if(against)
        looked = preview_retention(act, register, starts)
        if (looked.shortens or (versions and shorter(before, register))) and seen != looked.token:
            raise NotPermitted(
                "dry_run_first: it keeps something for a shorter time; look at what would be erased, "
                f"and hand in the token of what you saw ({_told(looked)})"
            )
        clocks = act.retention_clocks_of(scheme_id)
        record = RegisterAmended(
            number=len(versions) + 1,
            effective_at=starts,
            register=register,
            reassessed=cut_short(act.activations(scheme_id), reassessed(before, register), starts) if versions else (),
            restarted=shortened(clocks, scheme_of(register, act.scheme(scheme_id)), starts),
        )
        return act.write(Entry(EntryKind.REGISTER_AMENDED, by), record)


def _registered(act: Acting, register: Register, by: ActorId, judging: Judging) -> None:
    try:
        act.scheme(register.scheme_id)
    except NotFound:
        scheme = first_scheme(register, judging)
        if scheme is None:
            raise NotPermitted(
                "too_little: a scheme is registered with a start, a purpose and a whole power; "
                "the same document with these three; the rest may be a draft"
            ) from None
        act.write(Entry(EntryKind.SCHEME_REGISTERED, by), SchemeRegistered(scheme))


def preview_retention(view: Reading, register: Register, effective_at: datetime) -> DryRun:
    """What would be due for erasure earlier if this register held from then on; nothing is changed. Raises NotFound."""
    scheme = scheme_of(register, view.scheme(register.scheme_id))
    return dry_run(view.retention_clocks_of(register.scheme_id), scheme, effective_at, register)


def _told(looked: DryRun) -> str:
    counts = ", ".join(f"{category}: {count}" for category, count in looked.earlier) or "nothing is kept yet"
    return f"{counts}; token {looked.token}"


def cut_short(activations: tuple[Activation, ...], modes: Iterable[ModeCode], at: datetime) -> tuple[Reassessed, ...]:
    """The activations of these operations that would have lasted longer, as they end now."""
    changed = frozenset(modes)
    return tuple(
        Reassessed(one.act, one.mode, at)
        for one in activations
        if one.mode in changed
        and one.from_at is not None
        and one.closed_at is None
        and (one.until_at is None or at < one.until_at)
    )


def copy_scheme(store: Store, from_id: SchemeId, new_id: SchemeId, name: str, by: ActorId) -> int:
    """A new scheme with the structure of another: no assessment, no approval, no case comes along (R32).

    Raises NotFound, or NotPermitted when a scheme of that id stands. The ledger index.
    """
    with store.reading() as view:
        versions, known = view.registers(from_id), new_id in view.scheme_ids()
        scheme = scheme_at(view, from_id, versions[-1].effective_at) if versions else view.scheme(from_id)
    if known:
        raise NotPermitted(
            "taken: a scheme of that id stands already; another id, or a new version of the one that stands"
        )
    register = versions[-1].register if versions else register_of(scheme)
    return keep_register(store, replace(register, scheme_id=new_id, name=name, copied_from=from_id), by)

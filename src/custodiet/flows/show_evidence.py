"""The regulator's page of a scheme: the eleven tests with the evidence that the ledger's records give now."""

from collections.abc import Collection
from datetime import datetime

from custodiet.flows.reading_records import Told, places_gone
from custodiet.flows.witnessed import SignedByWitnesses
from custodiet.model.identity import CaseId, GlassId, LookUpId, RequestId, SchemeId, UnmaskId
from custodiet.model.register import RegisterVersion
from custodiet.rules.documents.notice import digest_of, notice
from custodiet.rules.eleven_tests import LATELY, Facts, Standing
from custodiet.rules.notices import is_told
from custodiet.rules.register import in_effect
from custodiet.wire.note import NoteError, open_checkpoint


def facts_of(
    told: Told,
    scheme_id: SchemeId,
    now: datetime,
    published: str | None,
    known_vkey: str,
    witnessed: SignedByWitnesses | None,
) -> Facts:
    """What the records tell about one scheme. `published`: the newest checkpoint's note from before they were read."""
    register = in_effect(told.registers.get(scheme_id, ()), now)
    dpia, dpia_entry = told.dpias.get(scheme_id, (None, -1))
    active = {
        mode: at
        for (_, mode), (scheme, until, at) in told.activated.items()
        if scheme == scheme_id and (until is None or now < until)
    }
    mine = {case_id: case for case_id, case in told.cases.items() if case.scheme_id == scheme_id}
    standing = tuple(
        Standing(decision, at, told.made[one], told.assessment_of(one), active.get(decision.mode))
        for one, (decision, at) in told.proposed.items()
        if one in told.made and one not in told.over and decision.case_id in mine
    )
    newest = None if witnessed is None else witnessed.newest(now)
    signed = _signed_size(published, known_vkey)
    return Facts(
        now,
        register,
        dpia,
        dpia_entry,
        active,
        standing,
        mine,
        {one: at for one, (_, at) in told.screened.items() if one in mine},
        _told_now(told, mine, register, now),
        tuple(at for look_up, at in told.look_ups.values() if look_up.case_id in mine),
        (
            *((at, _by_two(told, one)) for one, case_id, _, at in told.readings if case_id in mine),
            *((at, _by_three(told, one)) for one, case_id, at in told.unmasked if case_id in mine),
        ),
        (
            *(at for refused, at in told.refused if refused.case_id in mine),
            *(
                at
                for one, at in told.refused_look_ups
                if one in told.look_ups and told.look_ups[one][0].case_id in mine
            ),
            *(at for one, at in told.refused_unmasks if one in told.unmasks and told.unmasks[one].case_id in mine),
        ),
        tuple((at, _given_by_two(told, pack.request_id)) for pack, at in told.packs if pack.case_id in mine),
        (
            *(at for one, at in told.refused_requests if one in told.requests and told.requests[one].case_id in mine),
            *(at for scheme, at in told.turned_away if scheme == scheme_id),
        ),
        tuple(told.erased),
        tuple(
            at
            for one, due_at, at in told.missed
            if due_at > now - LATELY and one in told.proposed and told.proposed[one][0].case_id in mine
        ),
        (*told.gone, *places_gone(told.size, signed or 0)),
        told.whole,
        signed,
        None if newest is None or witnessed is None or newest.at < now - witnessed.most else newest.size,
        tuple(
            (at, glass.assess_by, _assessed_in(told, glass.id))
            for glass, at in told.glasses.values()
            if glass.case_id in mine
        ),
    )


def _assessed_in(told: Told, glass_id: GlassId) -> int | None:
    return told.glasses_assessed[glass_id][1] if glass_id in told.glasses_assessed else None


def _by_two(told: Told, look_up_id: LookUpId) -> bool:
    """Whether one person asked for it and another said yes."""
    asked, grant = told.look_ups.get(look_up_id), told.grants.get(look_up_id)
    return asked is not None and grant is not None and grant.approved_by != asked[0].asked_by


def _by_three(told: Told, unmask_id: UnmaskId) -> bool:
    """Whether, besides, a third person said yes to its being unmasked."""
    asked, yes = told.unmasks.get(unmask_id), told.unmask_yes.get(unmask_id)
    if asked is None or yes is None or not _by_two(told, asked.look_up_id):
        return False
    return yes.approved_by not in (asked.asked_by, told.grants[asked.look_up_id].approved_by)


def _given_by_two(told: Told, request_id: RequestId) -> bool:
    """The same of a pack for an agency."""
    asked, release = told.requests.get(request_id), told.releases.get(request_id)
    return asked is not None and release is not None and release.approved_by != asked.asked_by


def _told_now(
    told: Told, mine: Collection[CaseId], register: RegisterVersion | None, now: datetime
) -> dict[CaseId, int]:
    """Who was given what the notice says now, understood as far as was checked; and where that stands."""
    if register is None:
        return {}
    current = digest_of(notice(register.register, now))
    found = {}
    for case_id in mine:
        served = told.served.get(case_id, [])
        screening = told.screened.get(case_id)
        english = screening is None or screening[0].english
        if served and is_told([one for one, _ in served], current, english=english):
            found[case_id] = served[-1][1]
    return found


def _signed_size(published: str | None, known_vkey: str) -> int | None:
    try:
        return None if published is None else open_checkpoint(published, known_vkey).size
    except NoteError:
        return None

"""A text of a scheme's in another language: drafted, checked by a translator, approved by someone else.

Unapproved text never reaches a person. A machine drafts the pseudo-languages of made-up schemes and nothing else.
"""

from custodiet.flows.notice_now import text_at
from custodiet.flows.ports import Chance, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.scheme_now import register_at
from custodiet.model.entry import Entry
from custodiet.model.errors import IllegalValue
from custodiet.model.identity import ActorId, SchemeId, TranslationId
from custodiet.model.language import BY_TAG
from custodiet.model.notice import TextOf, TranslatedLine, Translation
from custodiet.model.notice_record import TranslationApproved, TranslationChecked, TranslationDrafted
from custodiet.model.record import kind_of
from custodiet.rules.alerts import objections_to_acting
from custodiet.rules.notices import objections_to_approving, objections_to_checking, objections_to_drafting
from custodiet.rules.pseudo import pseudo


def draft_translation(
    store: Store,
    chance: Chance,
    scheme_id: SchemeId,
    language: str,
    by: ActorId,
    lines: tuple[TranslatedLine, ...] | None = None,
    of: TextOf = TextOf.NOTICE,
) -> TranslationId:
    """Keep a draft: these lines, one for each of the English, or, of a pseudo-language, what a machine makes of it.

    Raises NotPermitted with every objection.
    """
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        if language not in BY_TAG:
            raise IllegalValue("not a language of the list")
        register, _ = register_at(act, scheme_id, act.now)
        texts, current = text_at(act, scheme_id, of, act.now)
        is_pseudo = BY_TAG[language].pseudo
        if lines is None and not is_pseudo:
            refuse_if(("no_machine: no machine here translates this language; a translator writes it",))
        told = lines or tuple(TranslatedLine(text, pseudo(language, text)) for text in texts)
        refuse_if(objections_to_drafting(told, texts, pseudo=is_pseudo, made_up=register.made_up))
        translation = Translation(
            TranslationId(chance.identity("translation")),
            scheme_id,
            language,
            current,
            told,
            by_machine=lines is None,
            drafted_by=by,
            drafted_at=act.now,
            of=of,
        )
        record = TranslationDrafted(translation)
        act.write(Entry(kind_of(record), by), record)
    return translation.id


def check_translation(store: Store, translation_id: TranslationId, by: ActorId, qualification: str) -> int:
    """A translator has read it beside the English, and says what makes them one. The ledger index."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        one = act.translation(translation_id)
        _, current = text_at(act, one.scheme_id, one.of, act.now)
        refuse_if(objections_to_checking(one, current, qualification))
        record = TranslationChecked(translation_id, act.now, by, qualification.strip())
        return act.write(Entry(kind_of(record), by), record)


def approve_translation(store: Store, translation_id: TranslationId, by: ActorId) -> int:
    """Let it reach people. The ledger index."""
    with store.acting() as act:
        refuse_if(objections_to_acting(by))
        one = act.translation(translation_id)
        _, current = text_at(act, one.scheme_id, one.of, act.now)
        refuse_if(objections_to_approving(one, current, by))
        record = TranslationApproved(translation_id, act.now, by)
        return act.write(Entry(kind_of(record), by), record)

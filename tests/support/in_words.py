"""Texts of a scheme in a pseudo-language, through all their states."""

from support.house import SCHEME

from custodiet.flows.translate_notice import approve_translation, check_translation, draft_translation


def approve_text(house, tag, of):
    """Drafted by a machine for one, checked by the same, approved by another."""
    one = draft_translation(house.store, house.chance, SCHEME, tag, "translator-1", of=of)
    check_translation(house.store, one, "translator-1", "made up")
    approve_translation(house.store, one, "translator-2")
    return one

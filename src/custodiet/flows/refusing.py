"""A rule's objections become one refusal that names them all."""

from custodiet.model.errors import NotPermitted
from custodiet.model.objection import Objection


def refuse_if(objections: tuple[str, ...]) -> None:
    """Raise NotPermitted with every objection, or return when there is none."""
    if objections:
        raise NotPermitted("; ".join(objections), objections)


def codes_of(objections: tuple[str, ...]) -> tuple[str, ...]:
    """The code of every objection, each once: what a record, an entry or the vault may say of a refusal."""
    return tuple(dict.fromkeys(one.partition(":")[0] for one in objections))


def refuse_rung_if(objections: tuple[Objection, ...]) -> None:
    """Raise NotPermitted with every objection, each with its code and what is ready instead."""
    if objections:
        raise NotPermitted("; ".join(str(one) for one in objections), objections)

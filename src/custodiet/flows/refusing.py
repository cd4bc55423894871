"""A rule's objections become one refusal that names them all."""

from custodiet.model.errors import NotPermitted
from custodiet.model.objection import Objection


def refuse_if(objections: tuple[str, ...]) -> None:
    """Raise NotPermitted with every objection, or return when there is none."""
    if objections:
        raise NotPermitted("; ".join(objections), objections)


def refuse_rung_if(objections: tuple[Objection, ...]) -> None:
    """Raise NotPermitted with every objection, each with its code and what is ready instead."""
    if objections:
        raise NotPermitted("; ".join(str(one) for one in objections), objections)

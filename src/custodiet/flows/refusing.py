"""A rule's objections become one refusal that names them all."""

from custodiet.model.errors import NotPermitted


def refuse_if(objections: tuple[str, ...]) -> None:
    """Raise NotPermitted with every objection, or return when there is none."""
    if objections:
        raise NotPermitted("; ".join(objections))

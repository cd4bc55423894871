"""How unmasking is said to people. English texts; a page says them in its language."""

from collections.abc import Mapping
from enum import StrEnum

from custodiet.model.disclosure import Basis
from custodiet.model.unmask import Article9, NotEnough

UNMASKING: Mapping[type[StrEnum], Mapping[str, str]] = {
    NotEnough: {
        NotEnough.IN_DANGER: "They may be in danger, and where help would find them was not shown",
        NotEnough.THE_TIME: "The time that the question is about is one of which nothing was shown",
        NotEnough.DISPUTED: "They dispute something, and what would bear them out was not shown",
    },
    Article9: {
        Article9.VITAL_INTERESTS: "Vital interests of someone who cannot consent (Article 9(2)(c))",
        Article9.LEGAL_CLAIMS: "Legal claims (Article 9(2)(f))",
        Article9.PUBLIC_INTEREST: "Substantial public interest, as the register names it (Article 9(2)(g))",
    },
    Basis: {
        Basis.REQUEST: "Their request: what masking hides is left out",
        Basis.COURT_ORDER: "A court’s own order: all of the window, nothing masked",
    },
}

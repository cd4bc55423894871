"""How suspected misuse is said to people. English texts; a page says them in its language."""

from collections.abc import Mapping
from enum import StrEnum

from custodiet.model.misuse import Found

MISUSE: Mapping[type[StrEnum], Mapping[str, str]] = {
    Found: {
        Found.MISUSE: "It was misuse",
        Found.NO_MISUSE: "It was no misuse",
        Found.NOT_ESTABLISHED: "It could not be established",
    },
}

"""How disclosing is said to people. English texts; a page says them in its language."""

from collections.abc import Mapping
from enum import StrEnum

from custodiet.model.disclosure import Cut, RecalledAs, RefusedAs, Verified, Wanted

DISCLOSING: Mapping[type[StrEnum], Mapping[str, str]] = {
    Wanted: {
        Wanted.STANDING_FEED: "Positions as they come, or again and again",
        Wanted.COHORT: "Who of everyone was near a place, or matches something",
        Wanted.ACCESS: "A sign-in of their own, or one that is shared",
    },
    Verified: {
        Verified.CALLED_BACK: "Called back on a number that was known before",
        Verified.KNOWN_MAIL: "Written from an address that was known before",
        Verified.IN_PERSON: "In person, with a card that was checked",
        Verified.SEALED_ORDER: "A court's sealed order, checked with the court",
        Verified.NOT_VERIFIED: "Not yet",
    },
    Cut: {
        Cut.PLACES: "Places and times",
        Cut.HOME_STATES: "At home or not at each time, and no place",
    },
    RefusedAs: {
        RefusedAs.UNCLEAR: "It is unclear what is asked, or why",
        RefusedAs.TOO_BROAD: "It is too broad",
        RefusedAs.NOT_NECESSARY: "It is not needed for what they say",
        RefusedAs.NO_BASIS: "No provision lets it be given",
        RefusedAs.LESS_WOULD_DO: "Less would do",
        RefusedAs.NOT_VERIFIED: "It is not sure who asks",
        RefusedAs.WITHDRAWN: "They took it back",
        RefusedAs.OTHER: "Something else",
    },
    RecalledAs: {
        RecalledAs.UNAUTHORISED: "What it holds was collected without authority",
        RecalledAs.WRONG_RECIPIENT: "It went to somebody else",
        RecalledAs.WRONG_PERSON: "It is about somebody else",
        RecalledAs.NOT_UPHELD: "The assessment afterwards did not uphold it",
        RecalledAs.NO_LONGER_NEEDED: "It is needed no more",
    },
}

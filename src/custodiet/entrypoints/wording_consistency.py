"""How codes of consistency are said to staff. English texts; a page says them in its language."""

from collections.abc import Mapping

from custodiet.model.outcome import Became

BECAME: Mapping[Became, str] = {
    Became.APPROVED: "Approved as proposed",
    Became.NARROWED: "Approved, narrower than proposed",
    Became.RETURNED: "Given back",
    Became.REFUSED: "Refused",
    Became.WAITING: "Waiting",
}

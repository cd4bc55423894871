"""An alert as a monitor raises it, written to a made place by the test itself."""

from datetime import timedelta

from custodiet.model.entry import Entry, EntryKind
from custodiet.model.finding import Band, Doubt, Matter, Raised, Seen, Weight
from custodiet.model.identity import ActorId, AlertId
from custodiet.model.record import AlertRaised

SEEN = Seen(fixes=3, band=Band.FAR, radius_m=20)


def raise_alert(store, pages, name: str, matter: Matter, weight: Weight, ago: timedelta, wearer: int = 0) -> str:
    """One that a monitor raised a while ago."""
    one = pages.site.wearers[wearer]
    with store.acting() as act:
        decision = act.decision(one.decision_id)
        at = act.now - ago
        seen = SEEN if weight is Weight.ADVERSE else Seen(doubt=Doubt.WIDE)
        of = (decision.case_id, decision.id, one.fitting_id, None)
        raised = Raised(AlertId(name), *of, matter, weight, at, at, at, seen)
        person = act.case(decision.case_id).person_id
        act.write(Entry(EntryKind.ALERT_RAISED, ActorId("gateway"), person), AlertRaised(raised))
    return f"/alerts/{name}"

"""Step 8 of the tour, after the look-up: what takes a third person, what leaves for one recipient, what one does alone.

    unmasked   asked under the grant; refused to whoever gave it; a third person's yes; read without masking
    given      an agency's request, two people, a pack that its key alone opens, a receipt; without a court no whole one
    ordered    the same window under a court's order, whole
    alone      an operator for danger to life; the data protection officer says whether it was needed

What is packed here is opened here, with a key that the tour draws: the recipient is invented too.
"""

import http.client
from collections.abc import Callable
from datetime import UTC, datetime

import pyrage

from custodiet.entrypoints.cli.touring import PLACES, Differs, day_of, means
from custodiet.entrypoints.cli.visiting import Shown, Visitor
from custodiet.flows.ports import Store
from custodiet.model.errors import NotTheFormat
from custodiet.model.identity import CaseId, LookUpId
from custodiet.wire.pack import Content, read_pack

_AGENCY, _COURT = "lifeboat", "court"
_SAID = "Made-up text: the second mate of the made-up lifeboat, 4711; nothing less tells where to begin."
_LESS = {"later_by": "0", "less_by": "0"}


class Giving:
    """Walks of several people about one case. `signed_in`: a visitor of a function, or Differs."""

    def __init__(
        self, store: Store, signed_in: Callable[[str], Visitor], reference: str, start: datetime, look_up_id: LookUpId
    ) -> None:
        self._store = store
        self._signed_in = signed_in
        self._reference = reference
        self._start = start
        self._look_up_id = look_up_id
        with store.reading() as view:
            self._case_id: CaseId = view.case_by_reference(reference).id

    def walk(self) -> None:
        """All of it, in turn."""
        self.unmasked()
        self.given()
        self.ordered()
        self.alone()

    def unmasked(self) -> None:
        """Asked by whoever looked; not answered by whoever granted; answered by a third person."""
        asks = self._signed_in("caseworker")
        path = f"/cases/{self._reference}/look-ups/{self._look_up_id}/unmask"
        print(f"  sent      POST {path}: the same two hours, without masking")
        wanted = {"not_enough": "the_time", "condition": "9_2_g", "why": "Made-up text: nothing less would tell."}
        _want(asks.send(path, wanted | _LESS), http.client.FOUND, "it could not be asked to unmask what was read")
        with self._store.reading() as view:
            unmask_id = view.unmaskings_of(self._case_id)[0][0].unmask.id
        answer, yes = f"/authorise/unmaskings/{unmask_id}", {"what": "approve", "words": "Made-up text: so it is."}
        own = self._signed_in("authorising_officer").send(answer, yes | _LESS, form="/account/security")
        print(f"  tried     to approve it, by whoever gave the grant: {own.status} {', '.join(own.codes)}")
        if own.status != http.client.FORBIDDEN:
            raise Differs("whoever gave the grant could say yes to unmasking under it")
        third = self._signed_in("authorising_officer_2").send(answer, yes | _LESS)
        print(f"  approved  by a third person: {third.status} {', '.join(third.codes)}")
        _want(third, http.client.FOUND, "a third person could not say yes")
        here = f"/cases/{self._reference}/unmaskings/{unmask_id}"
        opened = asks.send(here, {"what": "open"}, form="/account/security")
        places = PLACES.search(opened.text)
        print(f"  opened    {opened.status}, a table of {places[1] if places else 'no'} places; not shown here")
        if opened.status != http.client.OK or places is None:
            raise Differs("what three people agreed on did not open")
        means("What masking hides takes an act of its own: a condition of Article 9, and someone who granted nothing.")

    def given(self) -> None:
        """To an agency that the register names: never whole, and to its key alone."""
        whole = self._take(_AGENCY, {"verified": "sealed_order", "basis": "court_order", "order": "Made-up text: 1."})
        print(f"  tried     all of it, under an order, for an agency: {whole.status} {', '.join(whole.codes)}")
        if whole.status != http.client.FORBIDDEN or "not_a_court" not in whole.codes:
            raise Differs("an agency that is no court was not refused a whole copy")
        found = self._packed(_AGENCY, {"verified": "called_back", "basis": "request"})
        if found.manifest.whole:
            raise Differs("an agency's pack is whole")
        means("Two people and a name in the register; only its key opens it, and inside it says whose copy it is.")

    def ordered(self) -> None:
        """To a court, under its order."""
        order = {"verified": "sealed_order", "basis": "court_order", "order": "Made-up text: order 1 of this year."}
        if not self._packed(_COURT, order).manifest.whole:
            raise Differs("a court's pack is not whole")
        means("A court decides what it needs to see, not we: the register says who is one, and the order was checked.")

    def _take(self, recipient: str, given: dict[str, str], key: str = "") -> Shown:
        asked = {"wanted": "window", "recipient": recipient, "purpose": "contact", "said": _SAID, **given}
        asked |= day_of(datetime.now(UTC), "signed") | day_of(self._start) | {"start": f"{self._start:%H:%M}"}
        asked |= {"hours": "1", "precision": "full", "cut": "places", "recipient_key": key or _drawn()[1]}
        return self._signed_in("caseworker").send(f"/cases/{self._reference}/requests/new", asked)

    def _packed(self, recipient: str, given: dict[str, str]) -> Content:
        """Taken down, released by a second person, made, opened by its recipient, received."""
        identity, key = _drawn()
        path = f"/cases/{self._reference}/requests/new"
        print(f"  sent      POST {path}: one hour, for {recipient!r}, to its key")
        taken = self._take(recipient, given, key)
        _want(taken, http.client.FOUND, "a recipient that the register names could not ask")
        with self._store.reading() as view:
            request_id = view.agency_requests_of(self._case_id)[0][0].request.id
        here, takes = f"/cases/{self._reference}/requests/{request_id}", self._signed_in("caseworker")
        early = takes.send(here, {"what": "pack"}, form="/account/security")
        print(f"  tried     to make the pack before anyone answered: {early.status} {', '.join(early.codes)}")
        if early.status != http.client.FORBIDDEN or "not_granted" not in early.codes:
            raise Differs("a pack was made without a second person")
        yes = {"what": "yes", "words": "Made-up text: nothing less would do.", "less_exact": "", "less_of_it": ""}
        released = self._signed_in("authorising_officer").send(here, yes | _LESS)
        print(f"  released  by a colleague: {released.status} {', '.join(released.codes)}")
        _want(released, http.client.FOUND, "a second person could not say yes")
        packed = takes.send(here, {"what": "pack"}, form="/account/security")
        _want(packed, http.client.OK, "what two people agreed on was not packed")
        found = _opened(packed.body, identity)
        other = _refused_to_another(packed.body)
        print(f"  came back {packed.status}, {len(packed.body)} bytes; its recipient finds {len(found.places)} places")
        print(f"  tried     with another's key: {'nothing' if other else 'it opens'}")
        if not found.places or not other:
            raise Differs("a pack is not its recipient's alone")
        received = takes.send(here, {"what": "received"}, form="/account/security")
        _want(received, http.client.FOUND, "it could not be recorded that they have it")
        return found

    def alone(self) -> None:
        """An operator, for danger to life; and who says afterwards whether it was needed."""
        path = f"/cases/{self._reference}/break-glass"
        print(f"  sent      POST {path}, as an operator: one hour, a life is in danger")
        told = {"danger": "to_them", "why": "Made-up text: a boat without its oars.", "tried": "rang"}
        told |= {"hours": "1", "ago": "0", "precision": "full"}
        shown = self._signed_in("operator").send(path, told)
        if shown.status == http.client.FORBIDDEN and shown.codes == ("too_often",):
            print(f"  came back {shown.status} too_often: an earlier tour looked alone three times in a day already")
            means("Seldom is part of it: three times a day by one account, and then a second person is needed.")
            return
        places = PLACES.search(shown.text)
        print(f"  came back {shown.status}, a table of {places[1] if places else 'no'} places; not shown here")
        if shown.status != http.client.OK or places is None:
            raise Differs("for danger to life nobody could look alone")
        with self._store.reading() as view:
            glass_id = view.glasses_of(self._case_id)[0][0].glass.id
        found = {"what": "assess", "upheld": "yes", "found": "Made-up text: it was needed."}
        said = self._signed_in("dpo").send(f"{path}/{glass_id}", found)
        print(f"  assessed  by the data protection officer: {said.status} {', '.join(said.codes)}")
        _want(said, http.client.FOUND, "the data protection officer could not say whether it was needed")
        means("Recorded first, two hours at most; whoever is not assessed within a day looks alone no more.")


def _want(shown: Shown, status: int, otherwise: str) -> None:
    if shown.status != status:
        raise Differs(f"{otherwise} ({shown.status})")


def _drawn() -> tuple[pyrage.x25519.Identity, str]:
    identity = pyrage.x25519.Identity.generate()
    return identity, str(identity.to_public())


def _opened(file: bytes, identity: pyrage.x25519.Identity) -> Content:
    try:
        return read_pack(pyrage.decrypt(file, [identity]))
    except (pyrage.DecryptError, NotTheFormat):
        raise Differs("its recipient cannot open the pack") from None


def _refused_to_another(file: bytes) -> bool:
    try:
        pyrage.decrypt(file, [_drawn()[0]])
    except pyrage.DecryptError:
        return True
    return False

"""An agency that the register knows, its requests, and the steps of disclosing as their flows take them."""

from dataclasses import replace

import pyrage
from support.house import ANA, SCHEME
from support.looking import Looked
from support.staff import AOS, CAI

from custodiet.flows.disclosing import approve_release, give_pack, take_request
from custodiet.flows.keep_register import keep_register
from custodiet.model.disclosure import Cut, Verified
from custodiet.model.look_up import Precision
from custodiet.model.mode import Category
from custodiet.model.register import Recipient
from custodiet.wire.pack import read_pack

AGENCY = "police"
IDENTITY, ANOTHERS = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
KEY = str(IDENTITY.to_public())
SAID = "Constable Sample-7, Made-up Police, 4711. A walker is missing; the window is when they were last seen together."
ASSESSED = "The walker is in danger, and nothing less tells where they parted."


def knows_agency(house, **changed):
    """The register lets the agency be given a trail."""
    told = {"purposes": ("contact",), "categories": (Category.TRAIL.value,), "gateway": "a made-up Act, s. 3."}
    told |= {"name": "The made-up police", "why": "to find people.", "territory": "the same island."}
    with house.store.reading() as view:
        register = view.registers(SCHEME)[-1].register
    known = Recipient(AGENCY, **told | changed)
    keep_register(house.store, replace(register, recipients=(*register.recipients, known)), ANA)


class Disclosed(Looked):
    """As Looked, with an agency that may be given what two people say."""

    def __init__(self, house, *, staff=True, known=True, **given):
        super().__init__(house, staff=staff, **given)
        if known:
            knows_agency(house)

    def take(self, by=CAI, window=None, **given):
        told = {"recipient": AGENCY, "purpose": "contact", "verified": Verified.CALLED_BACK, "urgent": False}
        told |= {"signed_at": self.house.clock.now(), "precision": Precision.FULL, "cut": Cut.PLACES}
        told |= {"recipient_key": KEY, "said": SAID}
        where = (self.house.store, self.assessor, self.house.chance, self.case_id, by)
        return take_request(*where, window=window or self.window(), **told | given)

    def release(self, request_id, by=AOS, **given):
        told = {"words": ASSESSED} | given
        return approve_release(self.house.store, self.assessor, self.house.chance, request_id, by, **told)

    def released(self, *, yes=None, **given):
        request_id = self.take(**given)
        self.release(request_id, **yes or {})
        return request_id

    def pack(self, request_id, by=CAI):
        return give_pack(self.house.store, self.house.vault, request_id, by)

    def standing(self, request_id):
        with self.house.store.reading() as view:
            return view.agency_request(request_id)


def opened(packed, identity=IDENTITY):
    """What the recipient finds in it."""
    return read_pack(pyrage.decrypt(packed.file, [identity]))

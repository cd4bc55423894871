"""As support/disclosing.py: the steps of unmasking and of a court's whole copy, as their flows take them."""

from dataclasses import replace

from support.disclosing import Disclosed
from support.house import ANA, SCHEME
from support.looking import EVENINGS, HOME, STEP
from support.staff import AOT, CAI

from custodiet.flows.keep_register import keep_register
from custodiet.flows.unmasking import approve_unmask, ask_unmask, open_unmasked
from custodiet.model.condition import ConditionKind, Interval
from custodiet.model.disclosure import Basis, Verified
from custodiet.model.mode import Category
from custodiet.model.register import Recipient
from custodiet.model.unmask import Article9, NotEnough
from custodiet.rules.masking.cells import cell_of
from custodiet.rules.masking.stays import HOLDS

CHURCH = cell_of(465_100_000, -280_000_000)
AT_HOME, AT_CHURCH = 46.5, 46.51
COURT = "high-court"
WHY = "They were to meet somebody dangerous that evening, and nobody else knows where."
ORDER = "Made-up High Court, 4711/31, of 2 March."


def names_conditions(house, **changed):
    """The register names a condition for special category data; and a court, as a recipient."""
    with house.store.reading() as view:
        register = view.registers(SCHEME)[-1].register
    told = {"purposes": ("contact",), "categories": (Category.TRAIL.value,), "gateway": "a made-up Act, s. 5."}
    told |= {"name": "The made-up court", "why": "to decide.", "territory": "the same island.", "court": True}
    purposes = tuple(replace(one, special_condition="Art 9(2)(g)") for one in register.purposes)
    recipients = (*register.recipients, Recipient(COURT, **told | changed))
    keep_register(house.store, replace(register, purposes=purposes, recipients=recipients), ANA)


class Visited(Disclosed):
    """An hour at home, a quarter of an hour at the church, an hour at home: a fix every ten minutes."""

    def __init__(self, house, fixes=14, **given):
        super().__init__(house, zones=[(ConditionKind.CURFEW, HOME, EVENINGS)], fixes=fixes, **given)
        self.whole = Interval(self.began, self.until)
        self.stay = Interval(self.began + 6 * STEP, self.began + 7 * STEP + HOLDS)

    def walk(self, fixes):
        for number in range(fixes):
            self.monitor.refresh()
            self.house.say(self.monitor, self.person, lat=AT_CHURCH if number in (6, 7) else AT_HOME)
            self.house.clock.pass_(STEP)

    def read(self, window):
        return self.open(self.granted(window=window))


class Unmaskable:
    """Mixed into somebody with a trail: a grant whose window was read, and what is asked of it then."""

    def looked(self, **given):
        look_up_id = self.granted(**given)
        self.open(look_up_id)
        return look_up_id

    def ask_unmask(self, look_up_id, by=CAI, window=None, **given):
        told = {"not_enough": NotEnough.IN_DANGER, "condition": Article9.PUBLIC_INTEREST, "why": WHY} | given
        where = (self.house.store, self.assessor, self.house.chance, look_up_id, by)
        with self.house.store.reading() as view:
            asked = view.look_up(look_up_id)
        return ask_unmask(*where, window=window or (asked.grant or asked.look_up).window, **told)

    def approve_unmask(self, unmask_id, by=AOT, words="Nothing less would find them.", **given):
        return approve_unmask(self.house.store, self.assessor, unmask_id, by, words, **given)

    def unmaskable(self, *, yes=None, **given):
        """Asked for and approved: what it is called."""
        unmask_id = self.ask_unmask(self.looked(**given))
        self.approve_unmask(unmask_id, **yes or {})
        return unmask_id

    def open_unmasked(self, unmask_id, by=CAI, **given):
        return open_unmasked(self.house.store, self.house.vault, unmask_id, by, **given)

    def take_order(self, **given):
        told = {"recipient": COURT, "verified": Verified.SEALED_ORDER, "basis": Basis.COURT_ORDER, "order": ORDER}
        return self.take(**told | given)

    def ordered(self, *, yes=None, **given):
        request_id = self.take_order(**given)
        self.release(request_id, **yes or {})
        return request_id

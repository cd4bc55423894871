"""All the tables that follow from records, wherever they stand: who imports this has every one of them at hand."""

from custodiet.adapters.store import tables
from custodiet.adapters.store.assessing import ASSESSED
from custodiet.adapters.store.attaching import ATTACHED
from custodiet.adapters.store.contacts import CONTACTED
from custodiet.adapters.store.desk import DESK
from custodiet.adapters.store.disclosing import DISCLOSED
from custodiet.adapters.store.erasing import ERASED
from custodiet.adapters.store.glasses import GLASSES
from custodiet.adapters.store.imported import IMPORTED
from custodiet.adapters.store.looking import LOOKED
from custodiet.adapters.store.messages import MESSAGING
from custodiet.adapters.store.misuse import MISUSED
from custodiet.adapters.store.noticing import NOTICED
from custodiet.adapters.store.places import PLACED
from custodiet.adapters.store.recordings import RECORDED
from custodiet.adapters.store.register import REGISTERED
from custodiet.adapters.store.restricting import RESTRICTED
from custodiet.adapters.store.training import TRAINED
from custodiet.adapters.store.unmasking import UNMASKED

REPLAYED = (
    *tables.REPLAYED,
    *REGISTERED,
    *ASSESSED,
    *MESSAGING,
    *DESK,
    *IMPORTED,
    *NOTICED,
    *LOOKED,
    *CONTACTED,
    *ATTACHED,
    *TRAINED,
    *DISCLOSED,
    *RECORDED,
    *ERASED,
    *PLACED,
    *UNMASKED,
    *RESTRICTED,
    *GLASSES,
    *MISUSED,
)
BY_NAME = dict(tables.metadata.tables)

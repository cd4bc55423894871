"""One gateway keeps to its share of all devices, as gateways come and go.

    stay       renew the lease, or be there anew once it has run out: by itself, for the rest may take long
    look       who is there, who has what
    give up    what another is to have: first nothing more of it is written here, then it is given back
    take       what is ours to have and nobody has; it is ours to write once the store is held to it
    let go     what the store does not give us for it: the cluster was brought back from before, and counts up again

Which gateway is to have what, every one of them knows by itself (rules.partitions.seat_of). A gateway that cannot reach
anyone goes on with what it has: whoever takes that over holds the store to it first, and the store refuses ours then.
"""

from collections.abc import Callable, Sequence

from custodiet.flows.ports import Seating
from custodiet.model.errors import CannotRecord, LeaseLost
from custodiet.model.partitions import Seats, Share, Turn
from custodiet.rules.partitions import PARTITIONS, seat_of

Places = Sequence[str | None]
"""The address of whoever has each partition; None: nobody has."""


def stay(seating: Seating) -> None:
    """Be there for another while. Raises CannotRecord when nobody can be asked."""
    if not seating.renew():
        seating.join()


def keep_to_share(seating: Seating, name: str, hold: Callable[[Turn], Share]) -> Places:
    """One look; where everything is after it.

    `hold` returns once a turn is what the gateway writes by, and nothing that was let go of is under way. Raises
    CannotRecord when nobody can be asked, or the store cannot be held to it: the next look begins with what stands
    then.
    """
    seats = seating.look()
    if name not in seats.gateways:
        raise CannotRecord("the cluster does not know of this gateway")
    ours = {one: held.fence for one, held in seats.held.items() if held.gateway == name}
    to_have = frozenset(one for one in range(PARTITIONS) if seat_of(one, seats.gateways) == name)
    kept = {one: fence for one, fence in ours.items() if one in to_have}
    if kept != ours:
        hold(Turn(seats.cluster, kept))
        for one, fence in ours.items():
            if one not in kept:
                seating.give_back(one, fence)
    try:
        taken = {one: seating.take(one) for one in sorted(to_have - seats.held.keys())}
    except LeaseLost:
        taken = {}  # it ran out meanwhile, and with it all that was ours
    all_of_it = kept | {one: fence for one, fence in taken.items() if fence is not None}
    share = hold(Turn(seats.cluster, all_of_it))
    for one, fence in all_of_it.items():
        if not share.has(one):
            seating.give_back(one, fence)
    return _places(seats, name, share)


def look_on(seating: Seating, hold: Callable[[Turn], Share]) -> Places:
    """One look of whoever takes reports beside the gateways, and has no devices; where everything is.

    Raises CannotRecord as above, and where the store is not shared out by that cluster.
    """
    seats = seating.look()
    hold(Turn(seats.cluster, {}))
    return places_beside(seats, "")


def places_beside(seats: Seats, name: str) -> Places:
    """Where everything is that is not this gateway's."""
    return tuple(_address_of_another(seats, name, one) for one in range(PARTITIONS))


def _places(seats: Seats, name: str, share: Share) -> Places:
    return tuple(
        seats.gateways.get(name) if share.has(one) else _address_of_another(seats, name, one)
        for one in range(PARTITIONS)
    )


def _address_of_another(seats: Seats, name: str, partition: int) -> str | None:
    held = seats.held.get(partition)
    return None if held is None or held.gateway == name else seats.gateways.get(held.gateway)

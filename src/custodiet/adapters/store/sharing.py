"""Who may write whose devices, by the store's own word: rows of the lease table, which only grow.

gateways <how>     the number of a way of sharing out; the greatest stands
devices <n>        the number that the writer of a partition is held to
"""

from sqlalchemy import Connection, func, insert, select, update

from custodiet.adapters.store import tables as t
from custodiet.model.errors import CannotRecord
from custodiet.model.partitions import Share, Turn
from custodiet.rules.partitions import fence_of

_WAY, _DEVICES, _ALONE = "gateways ", "devices ", "alone"
REGIME = select(func.coalesce(func.max(t.lease.c.fence), 0)).where(t.lease.c.name.startswith(_WAY, autoescape=True))
_NEWEST_WAY = (
    select(t.lease.c.name, t.lease.c.fence)
    .where(t.lease.c.name.startswith(_WAY, autoescape=True))
    .order_by(t.lease.c.fence.desc())
    .limit(1)
)
_FENCES = select(t.lease.c.name, t.lease.c.fence).where(t.lease.c.name.startswith(_DEVICES, autoescape=True))


def fences(connection: Connection) -> dict[int, int]:
    """By partition."""
    return {int(name.removeprefix(_DEVICES)): fence for name, fence in connection.execute(_FENCES)}


def share(connection: Connection, turn: Turn, had: Share) -> Share:
    """Hold the store to a turn, in a transaction that nobody else writes beside. `had`: what it gave this one before.

    A number that stands already is another gateway's, unless it was given to this one: a cluster that was brought back
    from before gives the same revision to somebody else. Nothing is given under a cluster that another one has
    overtaken while this gateway ran: else two of them would take everything from each other without end.
    """
    stands, way = _standing(connection)
    mine = f"by {turn.cluster}"
    if way not in (mine, _ALONE) and 0 < had.regime < stands:
        return Share(had.regime, {})
    regime = stands if way == mine else _begin(connection, mine, stands + 1)
    held, shared = fences(connection), {}
    given = had.fences or {}
    for partition, revision in sorted(turn.taken.items()):
        before, fence = held.get(partition), fence_of(regime, revision)
        if before is None or before < fence:
            raise_to(connection, f"{_DEVICES}{partition}", before, fence)
            shared[partition] = fence
        elif before == fence == given.get(partition):
            shared[partition] = fence
    return Share(regime, shared)


def look_on(connection: Connection, cluster: str) -> Share:
    """Of whoever writes beside the gateways of a cluster, and has no devices. Raises CannotRecord where those share
    nothing out here: such a one begins no way of its own.
    """
    stands, way = _standing(connection)
    if way != f"by {cluster}":
        raise CannotRecord("the gateways of that cluster share nothing out here")
    return Share(stands, {})


def regime_alone(connection: Connection) -> int | None:
    """The number to write under where nobody shares devices out; None: they are shared out."""
    stands, way = _standing(connection)
    return stands if way == _ALONE else None


def end_sharing(connection: Connection) -> int:
    """From now on every gateway may write everyone's; the number to write under."""
    stands, way = _standing(connection)
    return stands if way == _ALONE else _begin(connection, _ALONE, stands + 1)


def _standing(connection: Connection) -> tuple[int, str]:
    """The number and the name of the way that stands. Before any was begun it is as if the last had been ended."""
    newest = connection.execute(_NEWEST_WAY).one_or_none()
    return (0, _ALONE) if newest is None else (newest.fence, newest.name.removeprefix(_WAY))


def _begin(connection: Connection, way: str, number: int) -> int:
    before = connection.execute(select(t.lease.c.fence).where(t.lease.c.name == _WAY + way)).scalar()
    raise_to(connection, _WAY + way, before, number)
    return number


def raise_to(connection: Connection, name: str, before: int | None, fence: int) -> None:
    """A lease's number; it only grows."""
    if before is None:
        connection.execute(insert(t.lease).values(name=name, fence=fence))
    else:
        connection.execute(update(t.lease).where(t.lease.c.name == name).values(fence=fence))

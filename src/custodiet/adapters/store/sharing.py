"""Who may write whose devices, by the store's own word: rows of the lease table, which only grow.

gateways <how>     the number of a way of sharing out; the greatest stands
devices <n>        the number that the writer of a partition is held to
"""

from sqlalchemy import Connection, func, insert, select, update

from custodiet.adapters.store import tables as t
from custodiet.model.partitions import Share, Turn
from custodiet.rules.partitions import fence_of

_WAY, _DEVICES = "gateways ", "devices "
REGIME = select(func.coalesce(func.max(t.lease.c.fence), 0)).where(t.lease.c.name.startswith(_WAY, autoescape=True))
_FENCES = select(t.lease.c.name, t.lease.c.fence).where(t.lease.c.name.startswith(_DEVICES, autoescape=True))


def fences(connection: Connection) -> dict[int, int]:
    """By partition."""
    return {int(name.removeprefix(_DEVICES)): fence for name, fence in connection.execute(_FENCES)}


def share(connection: Connection, turn: Turn, had: Share) -> Share:
    """Hold the store to a turn, in a transaction that nobody else writes beside. `had`: what it gave this one before.

    A number that stands already is another gateway's, unless it was given to this one: a cluster that was brought back
    from before gives the same revision to somebody else.
    """
    regime = _begin(connection, f"by {turn.cluster}")
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


def end_sharing(connection: Connection) -> int:
    """From now on every gateway may write everyone's; the regime. Nothing is begun where nothing was shared out."""
    stands = int(connection.execute(REGIME).scalar_one())
    return _begin(connection, "alone") if stands else 0


def _begin(connection: Connection, way: str) -> int:
    """The number of this way of sharing out, which stands from now on."""
    stands = int(connection.execute(REGIME).scalar_one())
    before = connection.execute(select(t.lease.c.fence).where(t.lease.c.name == _WAY + way)).scalar()
    if before is not None and before == stands:
        return stands
    raise_to(connection, _WAY + way, before, stands + 1)
    return stands + 1


def raise_to(connection: Connection, name: str, before: int | None, fence: int) -> None:
    """A lease's number; it only grows."""
    if before is None:
        connection.execute(insert(t.lease).values(name=name, fence=fence))
    else:
        connection.execute(update(t.lease).where(t.lease.c.name == name).values(fence=fence))

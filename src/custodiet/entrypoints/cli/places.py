"""`load-places`: a map becomes a list of squares, and streets without names. Nothing else that it says is kept."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping

from custodiet.flows.load_places import load_places
from custodiet.flows.ports import PlaceLists, Store, StreetsKept
from custodiet.flows.streets import keep_streets
from custodiet.model.errors import CannotRecord, NotPermitted, NotTheFormat
from custodiet.model.identity import ActorId
from custodiet.model.shape import Box
from custodiet.model.streets import Drawn, Line
from custodiet.rules.masking.classes import KEYS, is_sensitive

BoxesIn = Callable[[tuple[str, ...], Callable[[Mapping[str, str]], bool]], Iterator[Box]]


def load_map(
    store: Store,
    lists: PlaceLists,
    streets: StreetsKept,
    boxes_in: BoxesIn,
    lines: Callable[[], Iterable[tuple[Drawn, Line]]],
    digest: Callable[[], bytes],
    by: str,
) -> int:
    """Load it, and say at which entry; then its streets, which come from the same file. The exit status."""
    try:
        index = load_places(store, lists, boxes_in(KEYS, is_sensitive), digest(), ActorId(by))
    except (NotTheFormat, NotPermitted, OSError) as error:
        print(f"nothing was loaded: {error}", file=sys.stderr)
        return 1
    print(f"entry {index}: from now on stays near the places of this map are not shown in readings")
    try:
        keep_streets(streets, lines())
    except (NotTheFormat, CannotRecord) as error:
        print(f"its streets were not loaded, and maps of readings are as they were: {error}", file=sys.stderr)
        return 1
    print("its streets and water lie under the maps of readings, without a name")
    return 0

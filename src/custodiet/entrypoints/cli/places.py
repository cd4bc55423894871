"""`load-places`: a map becomes a list of squares. Nothing of what the map says of them is kept."""

import sys
from collections.abc import Callable, Iterator, Mapping

from custodiet.flows.load_places import load_places
from custodiet.flows.ports import PlaceLists, Store
from custodiet.model.errors import NotPermitted, NotTheFormat
from custodiet.model.identity import ActorId
from custodiet.model.shape import Box
from custodiet.rules.masking.classes import KEYS, is_sensitive

BoxesIn = Callable[[tuple[str, ...], Callable[[Mapping[str, str]], bool]], Iterator[Box]]


def load_map(store: Store, lists: PlaceLists, boxes_in: BoxesIn, digest: Callable[[], bytes], by: str) -> int:
    """Load it, and say at which entry. The exit status."""
    try:
        index = load_places(store, lists, boxes_in(KEYS, is_sensitive), digest(), ActorId(by))
    except (NotTheFormat, NotPermitted, OSError) as error:
        print(f"nothing was loaded: {error}", file=sys.stderr)
        return 1
    print(f"entry {index}: from now on stays near the places of this map are not shown in readings")
    return 0

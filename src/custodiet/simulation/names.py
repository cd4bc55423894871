"""One list of plain nonsense names, for watched and watchers alike: no nationality, no offence, no photo."""

_BIRDS = (
    "Heron",
    "Curlew",
    "Dunlin",
    "Gannet",
    "Petrel",
    "Plover",
    "Puffin",
    "Sandpiper",
    "Shearwater",
    "Skua",
    "Tern",
    "Turnstone",
)


def made_up_name(number: int) -> str:
    """The name of invented person `number`: "Heron Sample-14"."""
    return f"{_BIRDS[number % len(_BIRDS)]} Sample-{number}"

"""Streets of the made-up towns, as a map of them is loaded."""

from custodiet.adapters.osm import lines_in
from custodiet.adapters.streets import StreetsFile
from custodiet.flows.streets import keep_streets
from custodiet.rules.streets import KEYS, drawn_as
from custodiet.simulation.town_map import write_town


def streets_of_the_town(folder) -> StreetsFile:
    """Kept in that folder."""
    kept = StreetsFile(folder / "streets.db")
    write_town(folder / "town.osm.pbf", 1)
    keep_streets(kept, lines_in(folder / "town.osm.pbf", KEYS, drawn_as))
    return kept

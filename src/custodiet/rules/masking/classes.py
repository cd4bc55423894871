"""Which places of a map tell something about whoever stays there. One flag, and never which class gave it.

Source: the classes of Art 9(1) UK GDPR, and beyond them refuge, legal advice, courts, children and journalists. What a
map does not know is not hidden: the person can add places of their own.
"""

from collections.abc import Mapping

WHOLE: frozenset[str] = frozenset({"lgbtq", "healthcare:speciality", "diplomatic", "religion"})
"""Keys that flag a place whatever their value is. Not where they tell what a boundary is: a diocese is no place, and to
flag it hides every stay in it."""

_TABLE = """
amenity: place_of_worship monastery grave_yard funeral_hall
amenity: hospital clinic doctors dentist nursing_home social_facility social_centre community_centre refugee_site
amenity: courthouse prison police kindergarten childcare school stripclub swingerclub love_hotel brothel
building: mosque church chapel synagogue temple cathedral shrine
landuse: religious cemetery
office: religion therapist union political_party politician ngo charity association diplomatic
office: lawyer notary adoption_agency newspaper
healthcare: hospital clinic doctor doctors centre dialysis hospice rehabilitation sample_collection laboratory
healthcare: blood_donation psychotherapist counselling midwife birthing_centre dentist physiotherapist audiologist
healthcare: speech_therapist alternative
shop: funeral_directors religion erotic
social_facility: shelter assisted_living group_home ambulatory_care food_bank soup_kitchen outreach
social_facility:for: drug_addicted mental_health diseased disabled dementia terminally_ill refugee migrant displaced
social_facility:for: abused victim woman homeless underprivileged unemployed child juvenile orphan
"""


def _values() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _TABLE.strip().splitlines():
        key, _, values = line.rpartition(": ")
        found[key] = found.get(key, frozenset()) | frozenset(values.split())
    return found


VALUES: Mapping[str, frozenset[str]] = _values()
"""By key, the values that flag a place. Pharmacies, town halls, nightclubs and kinds of food are left out on purpose:
to hide half a high street hides nothing."""

KEYS: tuple[str, ...] = (*sorted(WHOLE), *sorted(VALUES))
"""Every key that can flag a place."""

_NOT = frozenset({"", "no", "none"})


def is_sensitive(tags: Mapping[str, str]) -> bool:
    """Whether a place with these tags is flagged. Several values of one key are parted by semicolons."""
    for key, said in tags.items():
        values = {one.strip() for one in said.split(";")} - _NOT
        if values & VALUES.get(key, frozenset()):
            return True
        if values and key in WHOLE and "boundary" not in tags:
            return True
    return False

"""The zone database, asked once for each zone and stretch of time: walking through ten years takes long.

What it says is tested where it is read, in tests/adapters/test_zone_database.py.
"""

from functools import cache

from custodiet.adapters import zones

zone_as_of = cache(zones.zone_as_of)

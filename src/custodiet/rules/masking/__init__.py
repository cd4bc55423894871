"""What of a trail is not shown, so that nobody's faith, health or refuge can be read from it. Pure, and local in time.

Promise: whether an instant is shown depends on what was reported within an hour of it, on the person's key and on the
places, and on nothing else. Whichever window asks, the same instants are hidden: windows that overlap, repeat or cut
through a stay learn nothing more (tests/rules/test_masking.py).
"""

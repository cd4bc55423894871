"""What every step of the tour says and may raise."""

import re
from datetime import datetime

PLACES = re.compile(r"([0-9]+) places")
"""How a page says how many rows its table has."""


class Differs(Exception):
    """An answer is not the one that belongs here."""


def means(text: str) -> None:
    """What came of it, in a sentence."""
    print(f"            {text}\n", flush=True)


def day_of(at: datetime, name: str = "day") -> dict[str, str]:
    """A day as a form takes it."""
    return {f"{name}_0": str(at.day), f"{name}_1": str(at.month), f"{name}_2": str(at.year)}

"""TODO."""

from pathlib import Path
from typing import Any


def write_page(said: dict[str, Any], folder: Path) -> None:
    """Nothing yet."""

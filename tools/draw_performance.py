"""Draws docs/performance.md, docs/performance.svg and docs/capacity.md from docs/performance.json. `./dev docs`.

The words about a large place stand in capacity.template.md. With --check it writes nothing and exits 1 if one of them
says something else. The JSON is what a bench measured.
"""

import argparse
import json
import sys
from pathlib import Path

import capacity

from custodiet.entrypoints.cli.bench_page import page, picture

DOCS = Path(__file__).resolve().parents[1] / "docs"
TEMPLATE = Path(__file__).with_name("capacity.template.md")


def drawn() -> dict[Path, str]:
    """Every page by its file."""
    said = json.loads((DOCS / "performance.json").read_text())
    return {
        DOCS / "performance.md": page(said),
        DOCS / "performance.svg": picture(said),
        DOCS / "capacity.md": capacity.page(said, TEMPLATE.read_text()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [file for file, text in drawn().items() if not file.exists() or file.read_text() != text]
    for file in stale:
        if check:
            print(f"{file.relative_to(DOCS.parent)} is stale: run ./dev docs")
        else:
            file.write_text(drawn()[file])
    sys.exit(1 if check and stale else 0)


if __name__ == "__main__":
    main()

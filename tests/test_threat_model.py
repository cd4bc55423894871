"""What docs/threat-model.md says of tests: they are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_test_that_the_threat_model_names_is_there():
    named = set(re.findall(r"`([\w/]+\.py)`", (ROOT / "docs" / "threat-model.md").read_text()))
    assert len(named) > 30
    assert [one for one in sorted(named) if not (ROOT / "tests" / one).is_file()] == []

"""No interleaving opens without a recorded, current decision: all of them, by spin; and wrong models are found."""

import shutil
import subprocess
from pathlib import Path

import pytest

MODEL = Path(__file__).with_name("opening.pml")
pytestmark = pytest.mark.skipif(
    not (shutil.which("spin") and shutil.which("gcc")),
    reason="spin or gcc is not here: no proof of how a position opens",
)


def errors(folder, *wrong):
    """How many errors spin finds in the model, with these parts of it taken out."""
    for step in (["spin", "-a", *wrong, MODEL], ["gcc", "-DSAFETY", "-o", "pan", "pan.c"]):
        subprocess.run(step, cwd=folder, check=True, capture_output=True)
    said = subprocess.run(["./pan", "-E"], cwd=folder, check=True, capture_output=True, text=True).stdout
    return int(said.split("errors: ")[1].split()[0])


def test_no_interleaving_opens_without_a_recorded_current_decision(tmp_path):
    assert errors(tmp_path) == 0


@pytest.mark.parametrize("wrong", ["-DAGAIN=0", "-DFOLLOWS=0", "-DONCE=0"])
def test_without_the_second_decision_the_vaults_own_or_the_spending_a_way_is_found(tmp_path, wrong):
    assert errors(tmp_path, wrong) > 0

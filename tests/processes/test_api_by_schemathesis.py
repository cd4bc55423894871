"""What the published description lets be asked is asked: no answer is undocumented, and none is our fault.

One check is left out: a window that ends before it begins, and a cursor that no answer held, are refused, and no
description can say so. How one signs in is left out of the description that is handed over, since the program would
take its own session away and be let in all the same; who is let in is swept in test_api_sweep.py.
"""

import json
import subprocess
import sys
from contextlib import closing

import pytest
from support.api import BASE, signed_in
from support.api_place import ANSWERS, api_place, proposed_id
from support.house import SCHEME

LONG = [pytest.mark.long, pytest.mark.timeout(900)]
SHORT = ("--phases=coverage", "--max-time=20")
WHOLE = ("--phases=coverage,fuzzing,stateful", "--max-examples=40", "--max-time=150")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    pages = api_place(tmp_path_factory.mktemp("api"), 1, vault=True)
    yield pages
    pages.stop()


def described(place, caller) -> dict:
    """The description as it is served, with things to ask about that are there."""
    told = json.loads(caller.get("/openapi.json").text)
    del told["security"], told["components"]["securitySchemes"]
    lowered, over, ended = place.site.wearers
    with closing(place.site.open()) as store, store.reading() as view:
        task = view.tasks_of(view.decision(over.decision_id).case_id)[0].id
    there = {
        "reference": [lowered.reference, over.reference, ended.reference],
        "decision_id": [lowered.decision_id, ended.decision_id, *(proposed_id(one, 0) for one in ANSWERS)],
        "task_id": [task],
        "alert_id": ["alert_0"],
        "scheme_id": [SCHEME],
        "representation_id": [place.said[over.reference]],
        "recording_id": [place.heard],
        "look_up_id": ["look_up_0"],
        "unmask_id": ["unmask_0"],
        "look_alone_id": ["glass_0"],
    }
    for methods in told["paths"].values():
        for operation in methods.values():
            for one in operation["parameters"]:
                if one["in"] == "path":
                    one["schema"] = {"type": "string", "enum": [*there[one["name"]], "nothing"]}
    return told


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("caseworker", SHORT),
        *(pytest.param(one, WHOLE, marks=LONG) for one in ("caseworker", "authorising_officer", "auditor", "nobody")),
    ],
)
def test_no_answer_is_undocumented_and_none_is_our_fault(place, tmp_path, name, how):
    caller = signed_in(place, name)
    (tmp_path / "openapi.json").write_text(json.dumps(described(place, caller)))
    cookies = "; ".join(f"{one}={value}" for one, value in caller.visitor.cookies.items())
    command = [sys.executable, "-P", "-m", "schemathesis.cli", "run", "openapi.json", f"--url=http://{place.address}"]
    command += ["--seed=1", "--checks=all", "--exclude-checks=positive_data_acceptance", "--no-color", *how]
    command += ["-H", f"Cookie: {cookies}", "-H", f"X-CSRFToken: {caller.form_token}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=3000)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    assert "API Operations" in done.stdout
    assert " failed" not in place.log.read_text()  # no page failed: shell.py says so where one does
    assert caller.get("/me").status == 200, f"{BASE}: the session was lost on the way"

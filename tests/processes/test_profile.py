"""`custodiet profile` from the command line: a token that no list of processes shows, files for their owner alone."""

import json
import stat

from support.running import ask
from support.site import Site

from custodiet.model.mode import ModeCode


def test_a_phones_profile_is_written_for_its_owner_and_the_token_is_no_argument(place):
    site = Site(place, modes=[ModeCode.CARRIED_TRAIL], serials="made-up/{:04d}")
    [wearer] = site.wearers
    asked = ("profile", wearer.reference, "--client", "owntracks", "--url", "https://gateway.example")
    asked += ("--label", "Phone 7", "--out", place / "phone", "--by", "officer-ana", *site.where)
    without = ask(*asked)
    assert (without.returncode, without.stderr.startswith("custodiet: no token")) == (1, True)
    done = ask(*asked, more={"CUSTODIET_TOKEN": wearer.token})
    assert done.returncode == 0, done.stderr
    assert wearer.token not in done.stdout + done.stderr
    file = place / "phone" / "Phone-7.otrc"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_bytes())["deviceId"] == "0000"
    again = ask(*asked, more={"CUSTODIET_TOKEN": wearer.token})
    assert (again.returncode, again.stderr) == (1, f"custodiet: {file} is there already: nothing was written\n")

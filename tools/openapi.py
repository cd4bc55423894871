"""Draw docs/openapi.json anew from the table of routes: `python tools/openapi.py`."""

from pathlib import Path

from custodiet.entrypoints.web.configured import configure
from custodiet.entrypoints.web.place import SignInPlace

configure(SignInPlace(Path("nowhere"), "no secret: nobody signs in here"))

from custodiet.entrypoints.api.door import description  # noqa: E402 - Django wants its settings first

(Path(__file__).parents[1] / "docs" / "openapi.json").write_bytes(description())

"""What has been published about whether this works, shown to whoever writes why it is needed (R83)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """One published finding. `version` is what an assessment says was shown: never reuse one for another text."""

    version: str
    text: str
    source: str


ON_ABSCONDING = Published(
    version="home-office-2025-01-13",
    text=(
        "In the GPS expansion pilot 66% were out of contact in both groups, tagged and not tagged. Of those who were "
        "tagged 16% were marked as absconders, of the others 14%. It was not shown that tagging reduces absconding."
    ),
    source="Home Office, GPS expansion pilot evaluation, 13 January 2025",
)
"""The one in use."""

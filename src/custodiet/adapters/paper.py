"""HTML as a tagged PDF: with a structure tree, a language and a title, so that a screen reader reads it as the page.

Promise: the same HTML gives the same bytes, and nothing is fetched, from a network or from a disk.
"""

from hashlib import sha256
from typing import NoReturn

from custodiet.model.errors import Unready

DEBIAN = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core"
"""The Debian packages that it takes."""


def tagged_pdf(html: str) -> bytes:
    """As PDF/UA-1 asks, by WeasyPrint; no validator has looked at it. Raises Unready where Pango is not installed."""
    try:
        from weasyprint import HTML  # noqa: PLC0415 - it loads Pango when it is imported, and little else needs that
    except OSError:
        raise Unready(f"a PDF takes Pango, which is not installed; on Debian: apt-get install {DEBIAN}") from None
    asked = HTML(string=html, url_fetcher=_fetch_nothing)
    made = asked.write_pdf(
        pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=sha256(html.encode()).hexdigest()[:32].encode()
    )
    return bytes(made)


def _fetch_nothing(url: str, *_: object, **__: object) -> NoReturn:
    raise ValueError(f"a paper stands by itself and asks for nothing: {url}")

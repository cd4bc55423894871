"""HTML as a tagged PDF: with a structure tree, a language and a title, so that a screen reader reads it as the page.

Promise: the same HTML gives the same bytes, and nothing is fetched: what would have to be, from anywhere, fails.
"""

from hashlib import sha256

from custodiet.model.errors import Unready

DEBIAN = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core"
"""The Debian packages that it takes."""


def tagged_pdf(html: str) -> bytes:
    """As PDF/UA-1 asks, by WeasyPrint; no validator has looked at it. Raises Unready where Pango is not installed."""
    try:
        # It loads Pango when it is imported, and little else needs that.
        from weasyprint import HTML, URLFetcher  # noqa: PLC0415
    except OSError:
        raise Unready(f"a PDF takes Pango, which is not installed; on Debian: apt-get install {DEBIAN}") from None
    asked = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=(), fail_on_errors=True))
    made = asked.write_pdf(
        pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=sha256(html.encode()).hexdigest()[:32].encode()
    )
    return bytes(made)

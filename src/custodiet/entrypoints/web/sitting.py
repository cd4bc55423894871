"""A sitting: one session of one account, as the ledger knows it. Nothing in it opens a session."""

from hashlib import sha256

from django.http import HttpRequest

from custodiet.model.identity import SignInId


def sitting_of(request: HttpRequest) -> SignInId:
    """The same for every page of a session, and of no use to whoever reads it: a digest of the session's key."""
    key = request.session.session_key or ""
    return SignInId(f"sitting_{sha256(b'custodiet sitting ' + key.encode()).hexdigest()[:32]}")

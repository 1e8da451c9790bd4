"""The proof of a request's person: the key of its session, or the secret of its API token.

The database gets the proof with each actor, and checks whose it is (sql/sessions.sql).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponseBase

_proof: ContextVar[Callable[[], str]] = ContextVar("proof", default=str)


@contextmanager
def proved_by(proof: Callable[[], str]) -> Iterator[None]:
    """Give the database a session's key or a token's secret with each actor, so that it checks who the person is."""
    before = _proof.set(proof)
    try:
        yield
    finally:
        _proof.reset(before)


def current_proof() -> str:
    return _proof.get()()


def prove_person(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Name the session of each request as the proof of its person. This is a middleware."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        def proof() -> str:
            session = getattr(request, "session", None)  # the API has none
            return session.session_key or "" if session is not None and SESSION_KEY in session else ""

        with proved_by(proof):
            return get_response(request)

    return respond

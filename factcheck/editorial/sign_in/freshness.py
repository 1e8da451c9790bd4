"""The time at which the person of a session last proved their identity."""

import time
from typing import Any

from django.http import HttpRequest

from factcheck.editorial.models import User
from factcheck.editorial.sign_in.devices import device_name
from factcheck.editorial.sign_in.journal import network_name
from factcheck.editorial.sign_in.sessions import BEGAN, DEVICE, NETWORK, USED

SECONDS = 600  # for which a proof of identity counts
_PROVED, _CONFIRMED, _FACTOR = "proved", "confirmed", "second_factor"


def begin_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    request.session[BEGAN] = request.session[USED] = time.time()
    request.session[DEVICE], request.session[NETWORK] = device_name(request), network_name(request)
    request.session[_FACTOR] = user.second_factors.usable().exists()
    record_proof(request)


def record_proof(request: HttpRequest, *, is_confirmation: bool = False) -> None:
    request.session[_PROVED] = time.time()
    if is_confirmation:
        request.session[_CONFIRMED] = time.time()


def is_fresh(request: HttpRequest, *, only_confirmations: bool) -> bool:
    """Return whether the person proved their identity in the last ten minutes, by a login or a confirmation.

    `only_confirmations` ignores the login.
    """
    return bool(time.time() - request.session.get(_CONFIRMED if only_confirmations else _PROVED, 0) < SECONDS)


def has_second_factor(request: HttpRequest) -> bool:
    """Return whether the session's account has a second factor.

    The session stores the answer, so that pages don't need a query.
    """
    return bool(request.session.get(_FACTOR))


def update_second_factor(request: HttpRequest, user: User) -> None:
    """Update the stored answer after the person has added or removed a second factor."""
    request.session[_FACTOR] = user.second_factors.usable().exists()

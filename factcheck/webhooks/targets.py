"""The rule that messages are sent only to public addresses (`factcheck.tools.public_addresses`).

Hosts are checked when a URL is registered, and again before each request (`factcheck.tools.http_client`).
"""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from factcheck.record.formats.text import clean_text, find_forbidden
from factcheck.tools.public_addresses import is_public_target, parse

_WRITTEN = re.compile(r"https?://[!-~]+")  # the column's constraint is the same


def validate_address(url: str) -> None:
    try:
        target = parse(url)
    except ValueError:
        target = None
    written = _WRITTEN.fullmatch(url) and "#" not in url
    if target is None or not written or not (target.secure or settings.WEBHOOKS_ALLOW_LOOPBACK):
        raise ValidationError(
            _(
                "This is not a valid URL for a receiver. Enter the full URL, starting with https://, without"
                " spaces, a user name, a password or #."
            ),
            code="invalid_url",
        )
    if not is_public_target(target, allow_loopback=settings.WEBHOOKS_ALLOW_LOOPBACK):
        raise ValidationError(
            _(
                "This URL’s host is private, an IP address in an unusual form, or has a port other than 80 and 443."
                " Messages are only sent to public hosts. Register a URL with a public host name."
            ),
            code="not_public",
        )


def validate_name(name: str) -> None:
    if find_forbidden(name) or clean_text(name) != name:
        raise ValidationError(
            _("The name contains characters that can’t be stored. Retype the name."), code="forbidden"
        )

"""Notices: what concerns a person at the desk, and the e-mails that say so (`sql/notices.sql`)."""

import logging
from typing import Any

from django.db import connection

from factcheck.editorial.models import NoticeChoice, User
from factcheck.editorial.people import account_mail

logger = logging.getLogger(__name__)


def rows_of(function: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a function in `sql/notices.sql`."""
    with connection.cursor() as cursor:
        cursor.callproc(function, values)
        return list(cursor.fetchall())


def send_mails() -> None:
    """Send the e-mails that are due. If the mail server fails, the next run sends the same e-mail."""
    for key, since, language, kinds, numbers in rows_of("editorial_take_mails") if account_mail.can_send() else ():
        try:
            account_mail.send_notices(User.objects.get(pk=key), language, [*zip(kinds, numbers, strict=True)])
        except OSError as problem:  # also the parent of SMTPException
            NoticeChoice.objects.filter(pk=key).update(mailed_at=since)
            logger.error("The notices of account %s weren’t sent (%s).", key, problem)  # noqa: TRY400 - no traceback

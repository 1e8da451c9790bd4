"""`manage.py send_test_email`: sends an e-mail, and says what the mail server answered."""

import smtplib
import socket
import ssl
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.management.base import BaseCommand, CommandError

TLS = "Use smtps:// for TLS from the start (port 465), and smtp+tls:// for STARTTLS (port 587)."


class Command(BaseCommand):
    help = "Sends an e-mail with EMAIL_URL and EMAIL_FROM, and prints what the mail server answered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the address to send the e-mail to")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        text = f"The site {settings.SITE_URL} can send e-mails.\n"
        message = EmailMessage("Test of the site's e-mails", text, settings.EMAIL_FROM, [address])
        backend = get_connection()
        if not isinstance(backend, EmailBackend):
            raise CommandError("EMAIL_URL isn't set, so there is no mail server. Set EMAIL_URL to your mail server.")
        with _explained(backend):
            answer = _send(backend, message, address)
        self.stdout.write(
            f"{backend.host} accepted the e-mail from {settings.EMAIL_FROM} to {address}: {answer}\n"
            "If the e-mail doesn't arrive, look in the spam folder and in the mail server's log."
        )


def _send(backend: EmailBackend, message: EmailMessage, address: str) -> str:
    """Send the message step by step, because `smtplib.sendmail` drops the server's last answer."""
    try:
        backend.open()
        server = backend.connection
        assert server is not None
        for step, argument in ((server.mail, settings.EMAIL_FROM), (server.rcpt, address)):
            code, answer = step(parseaddr(argument)[1])
            if code >= 300:
                raise smtplib.SMTPSenderRefused(code, answer, argument)
        code, answer = server.data(message.message().as_bytes(linesep="\r\n"))
        if code >= 300:
            raise smtplib.SMTPDataError(code, answer)
        return f"{code} {answer.decode(errors='replace')}"
    finally:
        backend.close()


@contextmanager
def _explained(backend: EmailBackend) -> Iterator[None]:
    """Turn each failure into a sentence with its cause."""
    place = f"{backend.host}:{backend.port}"
    try:
        yield
    except smtplib.SMTPSenderRefused as problem:
        raise CommandError(f"{place} refused the address {problem.sender}: {_answer(problem)}.") from None
    except smtplib.SMTPAuthenticationError as problem:
        raise CommandError(f"{place} refused the user or the password in EMAIL_URL: {_answer(problem)}.") from None
    except smtplib.SMTPResponseException as problem:
        raise CommandError(f"{place} refused the e-mail: {_answer(problem)}.") from None
    except (ssl.SSLError, smtplib.SMTPException) as problem:
        raise CommandError(f"{place} didn't begin a session with TLS or a login ({problem}). {TLS}") from None
    except socket.gaierror:
        raise CommandError(f"The host {backend.host} wasn't found. Check EMAIL_URL, and this machine's DNS.") from None
    except OSError as problem:
        raise CommandError(
            f"{place} doesn't answer ({problem.strerror or problem}). Check the host and port in EMAIL_URL."
            " Many hosting companies block e-mails until you ask them."
        ) from None


def _answer(problem: smtplib.SMTPResponseException) -> str:
    text = problem.smtp_error
    return f"{problem.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}".rstrip(".")

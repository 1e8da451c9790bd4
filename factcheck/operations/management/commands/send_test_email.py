"""`manage.py send_test_email`: sends an e-mail, and says what the mail server answered."""

import smtplib
import socket
import ssl
from argparse import ArgumentParser
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Sends an e-mail with EMAIL_URL and EMAIL_FROM, and prints what the mail server answered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the address to send the e-mail to")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        backend = get_connection()
        if not isinstance(backend, EmailBackend):
            raise CommandError("EMAIL_URL isn't set, so there is no mail server. Set EMAIL_URL to your mail server.")
        try:
            answer = _send(backend, address)
        except OSError as problem:  # also smtplib's errors
            raise CommandError(f"{backend.host}:{backend.port} {_explain(problem)}") from None
        self.stdout.write(
            f"{backend.host} accepted the e-mail from {settings.EMAIL_FROM} to {address}: {answer}\n"
            "If the e-mail doesn't arrive, look in the spam folder and in the mail server's log."
        )


def _send(backend: EmailBackend, address: str) -> str:
    """Send the message step by step, because `smtplib.sendmail` drops the server's last answer."""
    text = f"The site {settings.SITE_URL} can send e-mails.\n"
    message = EmailMessage("Test of the site's e-mails", text, settings.EMAIL_FROM, [address]).message()
    try:
        backend.open()
        server = backend.connection
        assert server is not None
        for step, given in ((server.mail, settings.EMAIL_FROM), (server.rcpt, address)):
            code, answer = step(parseaddr(given)[1])
            if code >= 300:
                raise smtplib.SMTPSenderRefused(code, answer, given)
        code, answer = server.data(message.as_bytes(linesep="\r\n"))  # type: ignore[call-arg]  # Django's own class
        if code >= 300:
            raise smtplib.SMTPDataError(code, answer)
        return f"{code} {answer.decode(errors='replace')}"
    finally:
        backend.close()


def _explain(problem: OSError) -> str:
    """Return what the server did, with its answer, and what to do now."""
    if isinstance(problem, smtplib.SMTPResponseException):
        text = problem.smtp_error
        answer = f"{problem.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}".rstrip(".")
        if isinstance(problem, smtplib.SMTPSenderRefused):
            return f"refused the address {problem.sender}: {answer}."
        login = isinstance(problem, smtplib.SMTPAuthenticationError)
        return f"refused the {'user or the password in EMAIL_URL' if login else 'e-mail'}: {answer}."
    if isinstance(problem, socket.gaierror):
        return "wasn't found. Check the host in EMAIL_URL, and this machine's DNS."
    if isinstance(problem, (smtplib.SMTPException, ssl.SSLError)):
        return f"can't be used ({problem}). Set smtps:// for TLS from the start, or smtp+tls:// for STARTTLS."
    return f"doesn't answer ({problem.strerror or problem}). Check EMAIL_URL and this machine's firewall."

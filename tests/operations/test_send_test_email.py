"""`manage.py send_test_email` says what the mail server answered, or why it didn't."""

import socket
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from factcheck.tools.environment import mail_settings
from tests.support.mail_server import mail_server


def send(url: str, address: str = "desk@newsroom.test") -> str:
    out = StringIO()
    with override_settings(EMAIL_FROM="facts@newsroom.test", **mail_settings(url, otherwise="dummy")):
        call_command("send_test_email", address, stdout=out)
    return out.getvalue()


def refusal(url: str, address: str = "desk@newsroom.test") -> str:
    with pytest.raises(CommandError) as problem:
        send(url, address)
    return str(problem.value)


def test_answer_of_the_mail_server_is_printed(tmp_path: Path):
    with mail_server(tmp_path) as port:
        printed = send(f"smtp://127.0.0.1:{port}")
    assert printed.startswith(
        "127.0.0.1 accepted the e-mail from facts@newsroom.test to desk@newsroom.test: 250 2.0.0 Ok: queued as 1\n"
    )
    received = (tmp_path / "1.eml").read_text()
    assert "From: facts@newsroom.test" in received
    assert "To: desk@newsroom.test" in received


def test_each_failure_has_its_cause(tmp_path: Path):
    with mail_server(tmp_path) as port:
        place = f"127.0.0.1:{port}"
        assert refusal(f"smtp://{place}", "nobody@newsroom.test") == (
            f"{place} refused the address nobody@newsroom.test: 550 5.1.1 No such mailbox."
        )
        assert "STARTTLS extension not supported by server" in refusal(f"smtp+tls://{place}")
        assert refusal(f"smtps://{place}").startswith(f"{place} can't be used ([SSL: WRONG_VERSION_NUMBER]")
        assert "AUTH extension not supported" in refusal(f"smtp://user:password@{place}")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    assert refusal(f"smtp://127.0.0.1:{closed}").startswith(f"127.0.0.1:{closed} doesn't answer (Connection refused).")
    assert refusal("smtps://mail.invalid").startswith("mail.invalid:465 wasn't found.")
    assert refusal("").startswith("EMAIL_URL isn't set")
    assert list(tmp_path.iterdir()) == []

"""The checks of `manage.py check --deploy`, for settings with the right form that can't work on this site."""

import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.http.request import validate_host

from factcheck.editorial.encryption import find_key_problem
from factcheck.operations.backup.encryption import parse_recipient
from factcheck.operations.backup.problems import BackupError
from factcheck.record.log.notes import NoteError, VerifierKey
from factcheck.record.log.witnesses import configured_witnesses

_EXAMPLE = re.compile(r"(^|[.@])example\.(org|com|net)>?$")


def check_settings(**_options: Any) -> list[checks.CheckMessage]:
    """Return an error for each setting of a public site that can't work, and a warning for what the site lacks."""
    if settings.LOCAL:
        return []
    errors = (sentence for find in (_hosts, _log, _folders, _keys) for sentence in find())
    return [*map(checks.Error, errors), *map(checks.Warning, _lacks())]


def _lacks() -> Iterator[str]:
    if not (settings.BACKUP_FOLDER and settings.BACKUP_RECIPIENT):
        yield "No backups are made. Set BACKUP_FOLDER to a folder and BACKUP_RECIPIENT to the public key of age-keygen."
    yield from (
        f"Readers can't see the operator's {key}. Set OPERATOR_{key.upper()}. The page “About” shows it."
        for key, value in settings.OPERATOR.items()
        if not value
    )


def _hosts() -> Iterator[str]:
    host = str(urlsplit(settings.SITE_URL).hostname)
    if not validate_host(host, settings.ALLOWED_HOSTS):
        yield f"ALLOWED_HOSTS lacks {host}, so the site would refuse its own URL. Add the host."
    used = {"SITE_URL": host, "EMAIL_URL": getattr(settings, "EMAIL_HOST", ""), "EMAIL_FROM": settings.EMAIL_FROM}
    used["OPERATOR_CONTACT"] = settings.OPERATOR["contact"]
    for name, value in used.items():
        if _EXAMPLE.search(value):
            yield f"{name} still contains {value} from the example. Set {name} to your own value."


def _log() -> Iterator[str]:
    for name, read in (
        ("LOG_VERIFIER_KEY", lambda: VerifierKey.parse(settings.LOG_VERIFIER_KEY)),
        ("LOG_WITNESSES", configured_witnesses),
    ):
        try:
            read()
        except NoteError as problem:
            yield f"{name} can't be used, because {problem}. Set the keys that the log and its witnesses printed."


def _folders() -> Iterator[str]:
    for name in ("VAR", "DUMPS_FOLDER"):
        folder = getattr(settings, name)
        if settings.VAR not in folder.parents and not os.access(folder, os.W_OK | os.X_OK):
            yield (
                f"{name.replace('VAR', 'FACTCHECK_VAR')} is {folder}, which doesn't exist, or which this account can't"
                " write to. Create the folder for this account."
            )
    if settings.BACKUP_FOLDER and not os.access(settings.BACKUP_FOLDER, os.F_OK):
        yield f"BACKUP_FOLDER is {settings.BACKUP_FOLDER}, which doesn't exist. Create the folder."


def _keys() -> Iterator[str]:
    if problem := find_key_problem():
        yield problem
    if not settings.CLEAN_ROOM:
        yield "CLEAN_ROOM isn't set, so files of strangers are decoded here. Set the socket of factcheck-clean-room."
    if settings.BACKUP_RECIPIENT:
        try:
            parse_recipient(settings.BACKUP_RECIPIENT)
        except BackupError as refusal:
            yield str(refusal)

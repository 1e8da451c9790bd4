"""The decoding of files that editors upload."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.base import File
from django.utils.translation import gettext as _

from factcheck.clean_room.door import decode
from factcheck.editorial.errors import NoCleanRoom

logger = logging.getLogger(__name__)


def decode_upload(kind: str, file: File[bytes]) -> dict[str, Any]:
    """Return what the clean room found. Raise NotDecoded for a damaged file, and NoCleanRoom if there is no answer."""
    with clean_room_needed():
        return decode(kind, file.chunks())


@contextmanager
def clean_room_needed() -> Iterator[None]:
    """Raise NoCleanRoom, and tell the operator, if the clean room doesn't answer."""
    try:
        yield
    except OSError as problem:
        logger.error("The clean room doesn't answer: %s. Check factcheck-clean-room.", problem)  # noqa: TRY400
        raise NoCleanRoom(
            _("The file wasn’t stored, because this site can’t read files at the moment. Try again in a few minutes.")
        ) from problem

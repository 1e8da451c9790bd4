"""The statement with which a newsroom disowns entries of the log."""

from typing import Annotated

from pydantic import Field

from factcheck.record.statements.demand import RECEIVED_AT
from factcheck.record.statements.parts import Part, required
from factcheck.record.statements.review import Publisher
from factcheck.record.statements.texts import _
from factcheck.record.statements.values import Id, Language, Prose, Url

MAX_ENTRIES = 10_000


class Disowning(Part):
    """The newsroom doesn't vouch for these entries of its own in the log."""

    id: Id = required("", "Never changes.")
    entries: list[Annotated[int, Field(ge=0)]] = Field(
        min_length=1,
        max_length=MAX_ENTRIES,
        title=_("entries of the log"),
        description="Indexes of the entries, in ascending order. All belong to this newsroom, and are earlier.",
        examples=[[56, 57]],
    )
    since: Annotated[str, RECEIVED_AT] = required(
        _("since"), "When the newsroom lost control. RFC 3339 with a time zone.", "2026-10-05T09:30:00+07:00"
    )
    reason: Annotated[str, Prose(2000)] = required(_("reason"), "Why the newsroom doesn't vouch for the entries.")
    language: Language = required(_("language"), "Language of the reason.", "vi")
    publisher: Publisher = required(_("publisher"), "The newsroom.")
    license: Url = required(_("licence"), "The licence of this document.")

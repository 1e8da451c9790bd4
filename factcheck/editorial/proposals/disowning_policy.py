"""Disownings: two people declare in the log that their newsroom doesn't vouch for certain entries.

After an attack, nobody has to correct each entry first. A later revision of a review is a new entry, which the newsroom
vouches for.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from factcheck.editorial.drafts.review_statements import publisher_part
from factcheck.editorial.errors import Incomplete, WrongValue
from factcheck.editorial.models import Proposal, Publisher, User
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.policy import require_none, submit_statement
from factcheck.editorial.proposals.publication import LoggedPolicy
from factcheck.record.models import LogEntry
from factcheck.record.statements.disowning import MAX_ENTRIES, Disowning
from factcheck.record.statements.output import construct, read

_ENTRIES = re.compile(r"\s*[0-9]{1,15}(-[0-9]{1,15})?(\s*[,\s]\s*[0-9]{1,15}(-[0-9]{1,15})?)*\s*")


class DisowningPolicy(LoggedPolicy[Publisher]):
    kind = Kind.DISOWNING
    action = Action.PUBLICATION
    entry_kind = LogEntry.Kind.DISOWNING
    despite_freeze = True
    is_destructive = True
    approved = _("Done. Readers can now see that the newsroom doesn’t vouch for these entries.")
    explanations: ClassVar = LoggedPolicy.explanations | {
        "approve": _(
            "This takes effect immediately. Readers see your reason on each of these pages, and the public log keeps it"
            " permanently."
        ),
    }

    def title(self, proposal: Proposal) -> str:
        count = len(self.build_statement(proposal).entries)
        text = ngettext("%(newsroom)s disowns %(count)s entry", "%(newsroom)s disowns %(count)s entries", count)
        return text % {"newsroom": proposal.disowner, "count": count}

    def newsrooms(self, proposal: Proposal) -> tuple[Publisher, Publisher]:
        return self.subject(proposal), self.subject(proposal)

    def build_statement(self, proposal: Proposal) -> Disowning:
        """Return the statement as it was proposed, because there is no draft that could change."""
        return read(Disowning, proposal.statement)

    def require_submitter(self, proposal: Proposal) -> None:
        roles.require_decider(proposal.submitted_by, self.subject(proposal))


@transaction.atomic
def propose_disowning(*, newsroom: Publisher, by: User, entries: str, since: datetime, reason: str) -> Proposal:
    """Propose to disown entries of the newsroom's own. `entries` is a text such as "12, 20-25".

    Raise EditorialError if the person can't do this, or if an entry isn't of this newsroom.
    """
    policy, proposal = DisowningPolicy(), Proposal.of_draft(newsroom, by)
    policy.lock_subject(proposal)
    policy.require_submitter(proposal)
    require_none(Proposal.objects.about(newsroom).open())
    if not reason.strip():
        raise Incomplete(_("Explain why the newsroom doesn’t vouch for these entries. Readers will see your reason."))
    numbers = read_numbers(entries)
    own = Proposal.objects.filter(newsroom=newsroom, entry__in=numbers).values_list("entry_id", flat=True)
    if others := sorted(set(numbers) - set(own)):
        raise WrongValue(_("Entry %s of the log isn’t an entry of this newsroom. Leave it out.") % others[0])
    values = {
        "id": str(uuid4()), "entries": numbers, "since": since.isoformat(timespec="seconds"), "reason": reason,
        "language": newsroom.language or settings.LANGUAGE_CODE, "publisher": publisher_part(newsroom),
        "license": settings.LICENSE_URL,
    }  # fmt: skip
    return submit_statement(policy, proposal, construct(Disowning, values))


def read_numbers(text: str) -> list[int]:
    """Return the numbers in a text such as "12, 20-25", in order. Raise WrongValue for another text, or too many."""
    parts = [part.partition("-") for part in re.split(r"[,\s]+", text.strip())] if _ENTRIES.fullmatch(text) else []
    ranges = [range(int(first), int(last or first) + 1) for first, _dash, last in parts]
    if not 1 <= sum(map(len, ranges)) <= MAX_ENTRIES:
        raise WrongValue(_("Enter numbers of up to %s entries of the log, such as 12, 20-25.") % MAX_ENTRIES)
    return sorted({number for each in ranges for number in each})


def numbers_as_text(numbers: Iterable[int]) -> str:
    """Return the numbers as `read_numbers` reads them, with ranges."""
    ordered = enumerate(sorted(numbers))
    ranges = [[number for _place, number in run] for _gap, run in groupby(ordered, lambda each: each[1] - each[0])]
    return ", ".join(f"{each[0]}-{each[-1]}" if len(each) > 1 else str(each[0]) for each in ranges)

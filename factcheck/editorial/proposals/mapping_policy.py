"""Verdict mappings: one Editor proposes the meaning of another publisher's words, and another Editor approves it.

One proposal can contain several mappings. Its subject is the first of them, the lead of the others.
"""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from factcheck.editorial.drafts.review_statements import comparable_part, publisher_part
from factcheck.editorial.errors import ChangedSince, NotAllowed
from factcheck.editorial.events import Detail
from factcheck.editorial.models import Membership, Proposal, Publisher, VerdictMapping
from factcheck.editorial.models.kinds import Action, Kind
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.policy import Policy, Reasons, require_none
from factcheck.editorial.proposals.publication import LoggedPolicy
from factcheck.record.models import LogEntry, PublishedMapping
from factcheck.record.readmodel.comparable_verdicts import mapping_key, verdict_key
from factcheck.record.readmodel.row_models import original_verdict_of
from factcheck.record.statements.mapping import Adoption, Mapping
from factcheck.record.statements.output import construct


class MappingPolicy(LoggedPolicy[VerdictMapping]):
    """The rules for a mapping, which applies to the whole site as soon as it is approved and added to the log."""

    kind = Kind.MAPPING
    action = Action.ADOPTION
    entry_kind = LogEntry.Kind.MAPPING
    related = ("verdict__scale",)
    explanations: ClassVar = LoggedPolicy.explanations | {
        "approve": _(
            "You approve the mapping exactly as shown on this page. All imported reviews in these words get our verdict"
            " beside their own words immediately."
        ),
    }
    refusals: ClassVar = Policy.refusals | {
        "not_editor": _("Only an Editor or Chief editor can do this. Ask one of them.")
    }

    def title(self, proposal: Proposal) -> str:
        mapping = self.subject(proposal)
        count = 1 + mapping.members.count()
        text = ngettext("%(count)s verdict mapping of %(site)s", "%(count)s verdict mappings of %(site)s", count)
        return text % {"count": count, "site": mapping.site} if count > 1 else str(mapping)

    def newsrooms(self, proposal: Proposal) -> tuple[Publisher, None]:
        """Return the first newsroom in which the submitter is an Editor. Editors of every newsroom decide."""
        found = proposal.submitted_by.memberships.filter(role__in=Membership.DECIDING).order_by("publisher")
        return proposal.newsroom or found.select_related("publisher")[0].publisher, None

    def build_statement(self, proposal: Proposal) -> Adoption:
        """Return the statement with an ID of its own, because a later adoption of the same words replaces this one."""
        values = {
            "id": proposal.content["id"] if proposal.statement else str(uuid4()),
            "mappings": [*map(mapping_part, self.subject(proposal).with_members)],
            "publisher": publisher_part(self.newsrooms(proposal)[0]),
            "license": settings.LICENSE_URL,
        }
        return construct(Adoption, values)

    def require_unchanged(self, proposal: Proposal) -> None:
        if proposal.newsroom is None:  # proposed before adoptions were logged
            raise ChangedSince(self.changed)
        super().require_unchanged(proposal)

    def find_missing(self, proposal: Proposal) -> Reasons:
        require_none(Proposal.objects.about(self.subject(proposal)).undecided())
        return []

    def require_submitter(self, proposal: Proposal) -> None:
        if not roles.ask("editorial_is_editor_anywhere", proposal.submitted_by_id):
            raise NotAllowed(self.refusals["not_editor"])

    def event_detail(self, proposal: Proposal) -> Detail:
        mapping = self.subject(proposal)
        return {"words": mapping.words, "site": mapping.site, "verdict": mapping.verdict_id}


def mapping_part(mapping: VerdictMapping) -> Mapping:
    verdict = mapping.verdict and comparable_part(mapping.verdict)
    site = mapping.site.lower().removeprefix("www.") or None
    return construct(Mapping, {"site": site, "words": mapping.words, "verdict": verdict})


def is_adopted(mapping: VerdictMapping) -> bool:
    """Return whether the mapping applies as it is now, or has been withdrawn. Somebody can have renamed the verdict."""
    part = mapping_part(mapping)
    key = mapping_key(part.site, original_verdict_of(part.words))
    applied = PublishedMapping.objects.filter(key=key).values_list("verdict", flat=True).first()
    return applied == (part.verdict and verdict_key(part.verdict))


def last_proposal(mapping: VerdictMapping) -> Proposal | None:
    """Return the newest proposal that contains the mapping."""
    found = Proposal.objects.filter(mapping=mapping.lead_id or mapping.pk).select_related("submitted_by", "decided_by")
    return found.first()

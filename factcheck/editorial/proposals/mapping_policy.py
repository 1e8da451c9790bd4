"""Verdict mappings: one Editor proposes the meaning of another publisher's words, and another Editor approves it.

One proposal can contain several mappings. Its subject is the first of them, the lead of the others.
"""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from factcheck.editorial.errors import NotAllowed, Undecided
from factcheck.editorial.events import Detail
from factcheck.editorial.models import Proposal, VerdictMapping
from factcheck.editorial.models.kinds import Action, Decision, Kind
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.policy import Policy, Reasons
from factcheck.record.statements.parts import Part


class MappedVerdict(Part):
    """A publisher's words, the publisher's site, and the verdict on this site.

    The site is None for a mapping that applies to all publishers.
    """

    words: str
    site: str | None
    scale: str
    verdict: str


class MappedVerdicts(MappedVerdict):
    """A mapping and those that are decided with it."""

    others: list[MappedVerdict]


class MappingPolicy(Policy[VerdictMapping]):
    """The rules for a mapping, which applies to the whole site and isn't added to the log.

    Imports use a mapping as soon as it is approved.
    """

    kind = Kind.MAPPING
    action = Action.ADOPTION
    related = ("verdict__scale",)
    explanations: ClassVar = {
        "approve": _(
            "You approve the mapping exactly as shown on this page. From now on, imports will map these words to"
            " our verdict."
        ),
        "return": _("Imports will not use this mapping. The person who proposed it will see your message."),
        "take-back": _(
            "You proposed this mapping. If you take it back, imports will not use it until it has been proposed"
            " again and approved."
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

    def newsrooms(self, proposal: Proposal) -> tuple[None, None]:
        return None, None

    def build_statement(self, proposal: Proposal) -> MappedVerdict:
        return build_statement(self.subject(proposal))

    def find_missing(self, proposal: Proposal) -> Reasons:
        if Proposal.objects.about(self.subject(proposal)).undecided().exists():
            raise Undecided(
                _("This mapping is already waiting for a decision. Have the mapping decided, or take it back.")
            )
        return []

    def require_submitter(self, proposal: Proposal) -> None:
        if not roles.ask("editorial_is_editor_anywhere", proposal.submitted_by_id):
            raise NotAllowed(self.refusals["not_editor"])

    def event_detail(self, proposal: Proposal) -> Detail:
        mapping = self.subject(proposal)
        return {"words": mapping.words, "site": mapping.site, "verdict": mapping.verdict_id}


def build_statement(mapping: VerdictMapping) -> MappedVerdict:
    others = list(map(_mapped, mapping.members.select_related("verdict__scale").order_by("words")))
    mapped = _mapped(mapping)
    return MappedVerdicts(**dict(mapped), others=others) if others else mapped


def _mapped(mapping: VerdictMapping) -> MappedVerdict:
    verdict = mapping.verdict
    return MappedVerdict(words=mapping.words, site=mapping.site or None, scale=verdict.scale.slug, verdict=verdict.slug)


def adopted_mappings() -> list[VerdictMapping]:
    """Return the mappings that the last approved proposal contains as they are now.

    A mapping changes if somebody renames the verdict or gives its short name to another verdict.
    """
    approved = Proposal.objects.filter(kind=Kind.MAPPING, decision=Decision.APPROVED)
    contents = {each.mapping_id: each.content for each in approved.order_by("mapping_id", "-pk").distinct("mapping_id")}
    said = {lead: [content, *content.pop("others", [])] for lead, content in contents.items()}
    rows = VerdictMapping.objects.select_related("verdict__scale").order_by("pk")
    return [row for row in rows if _mapped(row).to_json_object() in said.get(row.lead_id or row.pk, [])]


def is_adopted(mapping: VerdictMapping) -> bool:
    """Return whether imports use the mapping."""
    return mapping in adopted_mappings()


def last_proposal(mapping: VerdictMapping) -> Proposal | None:
    """Return the newest proposal that contains the mapping."""
    found = Proposal.objects.filter(mapping=mapping.lead_id or mapping.pk).select_related("submitted_by", "decided_by")
    return found.first()

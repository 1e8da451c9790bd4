"""Verdict mappings: one Editor proposes the meaning of another publisher's words, and another Editor approves it."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import NotAllowed, Undecided
from factcheck.editorial.events import Detail
from factcheck.editorial.models import Proposal, VerdictMapping
from factcheck.editorial.models.kinds import Action, Decision, Kind
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.policy import Policy, Reasons
from factcheck.record.formats.canonical import canonical
from factcheck.record.statements.parts import Part


class MappedVerdict(Part):
    """A publisher's words, the publisher's site, and the verdict on this site.

    The site is None for a mapping that applies to all publishers.
    """

    words: str
    site: str | None
    scale: str
    verdict: str


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
    verdict = mapping.verdict
    return MappedVerdict(words=mapping.words, site=mapping.site or None, scale=verdict.scale.slug, verdict=verdict.slug)


def adopted_mappings() -> list[VerdictMapping]:
    """Return the mappings whose last proposal was approved and whose statement hasn't changed since then.

    The statement changes if somebody renames the verdict or gives its short name to another verdict.
    """
    last = Proposal.objects.filter(kind=Kind.MAPPING).order_by("mapping_id", "-pk").distinct("mapping_id")
    found = last.select_related("mapping__verdict__scale")
    return [each.mapping for each in found if each.mapping is not None and _adopts(each, each.mapping)]


def is_adopted(mapping: VerdictMapping) -> bool:
    """Return whether imports use the mapping."""
    last = mapping.proposals.first()
    return last is not None and _adopts(last, mapping)


def _adopts(proposal: Proposal, mapping: VerdictMapping) -> bool:
    statement = canonical(build_statement(mapping).to_json_object()).decode()
    return proposal.decision == Decision.APPROVED and proposal.statement == statement

"""Whether a person can currently confirm that two claims are the same and, if not, why."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk
from factcheck.editorial.desk.action_views import Text
from factcheck.editorial.desk.public_text import show_public_text
from factcheck.editorial.desk.review_actions import may_write
from factcheck.editorial.models import Claim, Proposal, ProposedLink, Review
from factcheck.record.models import PublishedClaim


def may_use_instead(desk: Desk, claim: Claim) -> bool:
    """The rule of `merge_policy.replace_claim`: logged the claim or is an Editor, and can write every review."""
    may_change = claim.logged_by_id == desk.user.pk or claim.newsroom_id in desk.deciding_newsrooms
    return may_change and all(may_write(desk, review) for review in claim.reviews.all())


def links_to_answer(desk: Desk, proposed_links: Iterable[ProposedLink]) -> list[tuple[ProposedLink, bool, Text]]:
    """For each proposed link: the link, whether the person can accept it now, and if not, the reason.

    `merge_policy.propose_merge` and `merge_policy.replace_claim` refuse the links that can't be accepted.
    """
    found = list(proposed_links)
    show_public_text(desk, (claim for link in found for claim in (link.claim, link.other)))
    prefetch_related_objects(found, "claim__reviews")
    claims = [link.claim_id for link in found]
    public, proposed = set[UUID](), set[UUID]()
    if claims:
        public.update(PublishedClaim.objects.filter(pk__in=claims).values_list("pk", flat=True))
        proposed.update(Proposal.objects.open().filter(claim__in=claims).values_list("claim_id", flat=True))

    def answer(claim: Claim) -> tuple[bool, Text]:
        if claim.pk in proposed:
            return False, _("You can’t answer “It is the same” until the proposal about this claim has been decided.")
        if claim.pk in public:
            return True, ""
        if any(review.state in (Review.State.SUBMITTED, Review.State.APPROVED) for review in claim.reviews.all()):
            return False, _(
                "You can’t answer “It is the same” until the review of this claim has been published or returned."
            )
        return may_use_instead(desk, claim), ""

    return [(link, *answer(link.claim)) for link in found]

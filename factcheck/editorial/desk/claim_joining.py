"""Whether a person may say of a claim that it is the same as another one, and from when on."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk
from factcheck.editorial.desk.action_views import Text
from factcheck.editorial.desk.public_text import put_public_words
from factcheck.editorial.desk.review_actions import may_write
from factcheck.editorial.models import Claim, Proposal, ProposedLink, Review
from factcheck.record.models import PublishedClaim


def may_exchange(at: Desk, claim: Claim) -> bool:
    """As merges.use_instead: whoever logged a claim that is not public, or an Editor; who may write its reviews."""
    may = claim.logged_by_id == at.user.pk or claim.newsroom_id in at.deciding
    return may and all(may_write(at, review) for review in claim.reviews.all())


def offered(at: Desk, found: Iterable[ProposedLink]) -> list[tuple[ProposedLink, bool, Text]]:
    """Proposed links, each with whether the person may say that the claims are the same, or else when it can be said.

    Until then merges.propose_merge and merges.use_instead refuse it.
    """
    found = list(found)
    put_public_words(at, (claim for link in found for claim in (link.claim, link.other)))
    prefetch_related_objects(found, "claim__reviews")
    claims = [link.claim_id for link in found]
    public, proposed = set[UUID](), set[UUID]()
    if claims:
        public.update(PublishedClaim.objects.filter(pk__in=claims).values_list("pk", flat=True))
        proposed.update(Proposal.objects.open().filter(claim__in=claims).values_list("claim_id", flat=True))

    def now(claim: Claim) -> tuple[bool, Text]:
        if claim.pk in proposed:
            return False, _("“It is the same” can be said when the proposal about this claim is decided.")
        if claim.pk in public:
            return True, ""
        if any(review.state in (Review.State.SUBMITTED, Review.State.APPROVED) for review in claim.reviews.all()):
            return False, _("“It is the same” can be said when the review of this claim is published or returned.")
        return may_exchange(at, claim), ""

    return [(link, *now(link.claim)) for link in found]

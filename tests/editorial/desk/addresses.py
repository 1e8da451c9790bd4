"""Where reviews are at the desk, and where proposals are decided."""

from django.db.models import Model

from factcheck.editorial.models import Proposal, Review
from tests.support.drafts import waiting


def page(review: Review) -> str:
    return f"/admin/editorial/review/{review.pk}/change/"


def action_url(review: Review, name: str) -> str:
    return f"/admin/editorial/review/{review.pk}/do/{name}/"


def decision(subject: Model, name: str) -> str:
    """The page on which the subject's open proposal is decided or published."""
    found = subject if isinstance(subject, Proposal) else waiting(subject)
    return f"/admin/editorial/proposal/{found.pk}/{name}/"

"""Where a review is at the desk."""

from factcheck.editorial.models import Review


def page(review: Review) -> str:
    return f"/admin/editorial/review/{review.pk}/change/"


def verb(review: Review, name: str) -> str:
    return f"/admin/editorial/review/{review.pk}/do/{name}/"

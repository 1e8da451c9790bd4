"""The editors' desk: Django's admin, told to follow memberships, and the verbs as buttons.

`access` says who sees and changes what; `verbs` is where anything happens to a review.
"""

from factcheck.editorial.admin import (
    claimants,
    claims,
    demands,
    events,
    imports,
    jobs,
    messages,
    people,
    reviews,
    scales,
    tokens,
    webhooks,
)

__all__ = [
    "claimants", "claims", "demands", "events", "imports", "jobs", "messages", "people", "reviews", "scales", "tokens",
    "webhooks",
]  # fmt: skip

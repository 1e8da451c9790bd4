"""The editors' desk: Django's admin, told to follow memberships, and the verbs as buttons.

`access` says who sees and changes what; `verbs` is where anything happens to a review.
"""

from factcheck.editorial.desk import (
    claimants,
    claims,
    demands,
    events,
    imports,
    jobs,
    people,
    reader_messages,
    reviews,
    scales,
    tokens,
    webhooks,
)

__all__ = [
    "claimants", "claims", "demands", "events", "imports", "jobs", "people", "reader_messages", "reviews", "scales",
    "tokens", "webhooks",
]  # fmt: skip

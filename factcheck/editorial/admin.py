"""Registers the pages of the desk with Django's admin."""

from factcheck.editorial.desk import (
    claimants,
    claims,
    demands,
    events,
    freezes,
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
    "claimants", "claims", "demands", "events", "freezes", "imports", "jobs", "people", "reader_messages", "reviews",
    "scales", "tokens", "webhooks",
]  # fmt: skip

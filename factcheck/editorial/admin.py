"""Registers the pages of the desk with Django's admin."""

from factcheck.editorial.desk import (
    accounts,
    captures,
    claimants,
    claims,
    demands,
    events,
    freezes,
    imports,
    jobs,
    publishers,
    reader_messages,
    reviews,
    scales,
    source_checks,
    tokens,
    webhooks,
)

__all__ = [
    "accounts", "captures", "claimants", "claims", "demands", "events", "freezes", "imports", "jobs", "publishers",
    "reader_messages", "reviews", "scales", "source_checks", "tokens", "webhooks",
]  # fmt: skip

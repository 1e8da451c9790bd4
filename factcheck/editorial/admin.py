"""The module in which Django looks for admin pages. It imports the desk's pages."""

from factcheck.editorial.desk.deciding import freezes
from factcheck.editorial.desk.evidence import captures, source_checks
from factcheck.editorial.desk.people import accounts, events
from factcheck.editorial.desk.programs import jobs, tokens, webhooks
from factcheck.editorial.desk.readers import demands, incidents, reader_messages
from factcheck.editorial.desk.subjects import claimants, publishers, rules, scales
from factcheck.editorial.desk.writing import claims, reviews

__all__ = [
    "accounts", "captures", "claimants", "claims", "demands", "events", "freezes", "incidents", "jobs",
    "publishers", "reader_messages", "reviews", "rules", "scales", "source_checks", "tokens", "webhooks",
]  # fmt: skip

"""Claims and reviews as programs may send them: the statement's keys except those that only this site sets."""

from factcheck.record.statements.parts import Reference, changes_of, list_of, needed, only, told, without
from factcheck.record.statements.review import Appearance, Claimant, Review, ReviewedClaim, Source, Verdict
from factcheck.record.statements.values import Slug

MAX_MEMBERS, MAX_TOPICS = 100, 50


class DraftedClaim(Reference):
    """The newsroom's own claim, or a published one."""


DraftClaimant = without(
    Claimant,
    "id", "confirmed",
    called="DraftClaimant",
    meaning="The claimant. A private person is described, never named.",
    is_public_figure=(
        bool, told("", "True for a `person` who spoke in a public office or role.", default=False),
    ),
)  # fmt: skip
DraftAppearance = without(Appearance, called="DraftAppearance", meaning="A place where the claim was seen.")
DraftVerdict = only(
    Verdict,
    "scale",
    "slug",
    "explanation",
    called="DraftVerdict",
    meaning="A verdict of one of the site's rating scales.",
    scale=(Slug, needed("", "Rating scale.", "truth")),
    slug=(Slug, needed("", "Verdict on the rating scale.", "false")),
)
DraftSource = without(Source, called="DraftSource", meaning="A source with a title, a URL or both.")

ClaimToLog = without(
    ReviewedClaim,
    "id",
    called="ClaimToLog",
    meaning="A new claim.",
    claimant=(DraftClaimant | None, told("", "The person or organisation that made the claim.")),
    appearances=(list_of(DraftAppearance), told("", "Where the claim was seen.", default=list, most=MAX_MEMBERS)),
    topics=(
        list_of(Slug), told("", "Slugs of topics, from `/api/v1/topics/`.", default=list, most=MAX_TOPICS),
    ),
)  # fmt: skip
ReviewToDraft = without(
    Review,
    # Set by the newsroom or at the desk. The last two are for imported reviews only.
    "id", "publisher", "authors", "topics", "license", "original_url", "archive_url",
    called="ReviewToDraft",
    meaning="A new draft of a review.",
    claim=(DraftedClaim, needed("", "The reviewed claim.")),
    verdict=(DraftVerdict | None, told("", "Verdict of the review.")),
    sources=(list_of(DraftSource), told("", "Sources of the review.", default=list, most=MAX_MEMBERS)),
)  # fmt: skip
ClaimChanges = changes_of(
    ClaimToLog,
    called="ClaimChanges",
    meaning="Changes to a claim. A list replaces the whole previous list.",
)
ReviewChanges = changes_of(
    ReviewToDraft,
    called="ReviewChanges",
    meaning="Changes to a draft. A list replaces the whole previous list.",
)

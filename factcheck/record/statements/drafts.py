"""What programs say of a claim and of a review: the keys of the statement, without what is known only here."""

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
    meaning="Who made the claim. A private person is described, never named.",
    is_public_figure=(
        bool, told("", "True for a `person`: named for what they said in a public office or role.", default=False),
    ),
)  # fmt: skip
DraftAppearance = without(Appearance, called="DraftAppearance", meaning="Where it was seen.")
DraftVerdict = only(
    Verdict,
    "scale",
    "slug",
    "explanation",
    called="DraftVerdict",
    meaning="A verdict of one of the site's rating scales.",
    scale=(Slug, needed("", "Slug of the rating scale.", "truth")),
    slug=(Slug, needed("", "The verdict on its rating scale.", "false")),
)
DraftSource = without(Source, called="DraftSource", meaning="What the review rests on; with a title or an address.")

ClaimToLog = without(
    ReviewedClaim,
    "id",
    called="ClaimToLog",
    meaning="A claim to be logged.",
    claimant=(DraftClaimant | None, told("", "Who made the claim.")),
    appearances=(list_of(DraftAppearance), told("", "Where it was seen.", default=list, most=MAX_MEMBERS)),
    topics=(
        list_of(Slug), told("", "Short names of topics, from `/api/v1/topics/`.", default=list, most=MAX_TOPICS),
    ),
)  # fmt: skip
ReviewToDraft = without(
    Review,
    # The newsroom's own, or set at the desk; of imported reviews only.
    "id", "publisher", "authors", "topics", "license", "original_url", "archive_url",
    called="ReviewToDraft",
    meaning="A review to be drafted.",
    claim=(DraftedClaim, needed("", "The claim that is reviewed.")),
    verdict=(DraftVerdict | None, told("", "What the review finds.")),
    sources=(list_of(DraftSource), told("", "What the review rests on.", default=list, most=MAX_MEMBERS)),
)  # fmt: skip
ClaimChanges = changes_of(
    ClaimToLog,
    called="ClaimChanges",
    meaning="What changes in the claim. A list takes the place of the whole list.",
)
ReviewChanges = changes_of(
    ReviewToDraft,
    called="ReviewChanges",
    meaning="What changes in the draft. A list takes the place of the whole list.",
)

"""Claims and reviews as programs can send them, without the keys that only this site sets."""

from typing import Annotated

from factcheck.record.statements.parts import Part, Reference, list_of, omit, optional, partial, pick, required
from factcheck.record.statements.review import Appearance, Claimant, Reply, Review, ReviewedClaim, Source, Verdict
from factcheck.record.statements.values import MAX_LIST, MAX_REPLIES, MAX_TOPICS, Line, Prose, Slug, Url


class CopyToAdd(Part):
    """A page as an editor's browser shows it, with a picture, for a source or an appearance of a draft."""

    card: Annotated[str, Line(40)] = required("", "`id` of the source or appearance in the list.", "source-12")
    url: Url = required("", "URL of the page in the browser.", "https://social.example/p/1")
    page: str = required("", "The page as HTML.", "<!doctype html><title>A post</title>")
    picture: str = required("", "PNG or JPEG file in base64.", "iVBORw0KGgo=")


class DraftedClaim(Reference):
    """A claim of the newsroom or a published claim."""

    wording: Annotated[str | None, Prose(10_000)] = optional(
        "", "The claim in the review's language. A translation needs it.", "The flood has reached the roof."
    )


DraftClaimant = omit(
    Claimant,
    "id", "confirmed",
    model_name="DraftClaimant",
    doc="The claimant. A private person is described, never named.",
    is_public_figure=(
        bool, optional("", "True for a `person` who spoke in a public office or role.", default=False),
    ),
)  # fmt: skip
DraftAppearance = omit(Appearance, "capture", model_name="DraftAppearance", doc="A place where the claim was seen.")
DraftVerdict = pick(
    Verdict,
    "scale",
    "slug",
    "explanation",
    model_name="DraftVerdict",
    doc="A verdict from one of the site's rating scales.",
    scale=(Slug, required("", "Rating scale.", "truth")),
    slug=(Slug, required("", "Verdict on the rating scale.", "false")),
)
DraftSource = omit(Source, "capture", model_name="DraftSource", doc="A source with a title, a URL or both.")

ClaimToLog = omit(
    ReviewedClaim,
    "id", "wordings",
    model_name="ClaimToLog",
    doc="A claim to log.",
    claimant=(DraftClaimant | None, optional("", "The person or organisation that made the claim.")),
    appearances=(
        list_of(DraftAppearance), optional("", "Where the claim was seen.", default=list, max_items=MAX_LIST),
    ),
    topics=(
        list_of(Slug), optional("", "Slugs of topics, from `/api/v1/topics/`.", default=list, max_items=MAX_TOPICS),
    ),
)  # fmt: skip
ReviewToDraft = omit(
    Review,
    # The newsroom or the desk sets these keys. The last three are only for imported reviews.
    "id", "publisher", "authors", "topics", "license", "original_url", "archive_url", "language_detected",
    model_name="ReviewToDraft",
    doc="A new draft of a review.",
    claim=(DraftedClaim, required("", "The reviewed claim.")),
    verdict=(DraftVerdict | None, optional("", "Verdict of the review.")),
    replies=(list_of(Reply), optional("", "People who were asked.", default=list, max_items=MAX_REPLIES)),
    sources=(list_of(DraftSource), optional("", "Sources of the review.", default=list, max_items=MAX_LIST)),
)  # fmt: skip
ClaimChanges = partial(
    ClaimToLog,
    model_name="ClaimChanges",
    doc="Changes to a claim. A list replaces the whole previous list.",
)
ReviewChanges = partial(
    ReviewToDraft,
    model_name="ReviewChanges",
    doc="Changes to a draft. A list replaces the whole previous list.",
)

"""The statement of a review. docs/api.md, "Review", describes its keys and types."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from factcheck.record.statements.faults import Wrong
from factcheck.record.statements.parts import Part, needed, told
from factcheck.record.statements.texts import _, pgettext
from factcheck.record.statements.values import (
    MAX_LIST,
    MAX_NUMBER,
    DayOrNull,
    Id,
    Labels,
    Language,
    Line,
    Name,
    NameOrNull,
    OneOf,
    Prose,
    Sha256OrNull,
    Site,
    Slug,
    SlugOrNull,
    WebAddress,
    WebAddresses,
    WebAddressOrNull,
    WholeOrNull,
    Words,
)


class Medium(Words):
    TEXT = "text", pgettext("medium", "text")
    IMAGE = "image", _("image")
    VIDEO = "video", _("video")
    AUDIO = "audio", _("audio")


class Stance(Words):
    SUPPORTS = "supports", _("supports the claim")
    REFUTES = "refutes", _("refutes the claim")
    CONTEXT = "context", _("context")


class SelectionReason(Words):
    REACH = "reach", _("it reached many people")
    HARM = "harm", _("it can do harm")
    ASKED = "asked", _("readers asked")
    OTHER = "other", _("another reason")


class ClaimantType(Words):
    PERSON = "person", _("public figure")
    ORGANIZATION = "organization", _("organisation")
    UNNAMED = "unnamed", _("described, not named")


class PublisherType(Words):
    ORGANIZATION = "organization", _("organisation")
    PERSON = "person", _("person")


class Appearance(Part):
    """A place where the claim was seen."""

    url: WebAddress = needed(_("URL"), "Page or post where the claim was seen.", "https://social.example/p/1")
    medium: Annotated[str | None, OneOf(Medium)] = told(_("medium"), "Form in which the claim appeared.", "video")
    media_sha256: Sha256OrNull = told(
        _("hash of the media"), "Hexadecimal SHA-256 of the image, video or audio file.", "ab" * 32
    )
    archive_url: WebAddressOrNull = told(_("archive link"), "Capture of `url`.", "https://web.archive.org/web/1/x")
    first: bool = told(_("first"), "Whether this is the first known appearance.", True, False)


class Claimant(Part):
    """The claimant. A private person is described, not named."""

    labels_follow: ClassVar[bool] = True

    id: Id = needed(_("identifier"), "Never changes.")
    type: Annotated[str, OneOf(ClaimantType)] = needed(_("type"), "Kind of claimant.", "unnamed")
    name: NameOrNull = told(_("name"), "Name of a public figure or an organisation.", "Ministry of Health")
    description: Annotated[str | None, Line(1000)] = told(
        _("description"), "Description instead of a name.", "a Facebook user"
    )
    job_title: NameOrNull = told(_("office or role"), "Office or role at the time of the claim.", "minister")
    same_as: WebAddresses = told(
        _("same as"), "URLs that identify the claimant.", ["https://www.wikidata.org/wiki/Q1"], list
    )
    confirmed: bool = told(
        _("name confirmed"),
        "False for a name from an imported review that no editor has confirmed yet.",
        True,
        False,
    )

    @model_validator(mode="after")
    def _is_named_or_described(self) -> Self:
        unnamed = self.type == ClaimantType.UNNAMED
        if (self.name is None) != unnamed or (unnamed and self.description is None):
            raise Wrong("wrong_claimant")
        return self


class ReviewedClaim(Part):
    """The claim that the review checks."""

    id: Id = needed(_("claim: identifier"), "Never changes.")
    text: Annotated[str, Prose(10_000)] = needed(
        _("claim"), "The claim in one neutral sentence.", "The flood has reached the roof."
    )
    language: Language = needed(_("language of the claim"), "`und` if unknown.", "vi")
    claimed_on: DayOrNull = told(_("said on"), "Date of the claim.", "2026-10-03")
    location: NameOrNull = told(_("place"), "Place where the claim was made.", "Huế")
    claimant: Claimant | None = told(_("claimant"), "The person or organisation that made the claim.")
    appearances: list[Appearance] = told(
        _("appearances"), "Places where the claim was seen.", default=list, most=MAX_LIST
    )


class OriginalRating(Part):
    """The rating of an imported review, as in its file."""

    label: Annotated[str, Prose(2000)] = needed(
        _("publisher's verdict"), "The verdict in the publisher's words.", "Sai"
    )
    value: NameOrNull = told(_("publisher's rating"), "Rating value, digit for digit.", "1.50")
    best: NameOrNull = told(_("publisher's best rating"), "Best value on the publisher's scale.", "5")
    worst: NameOrNull = told(_("publisher's worst rating"), "Worst value on the publisher's scale.", "1")
    explanation: Annotated[str | None, Prose(10_000)] = told(
        _("publisher's explanation"), "The publisher's explanation of the verdict."
    )
    image_url: WebAddressOrNull = told(_("publisher's rating image"), "Image of the verdict.")


class Verdict(Part):
    """The verdict of a review."""

    scale: SlugOrNull = told(
        _("verdict on the scale"),
        "Rating scale. Null if the publisher's verdict isn't mapped to a scale of this site.",
        "truth",
    )
    slug: SlugOrNull = told("", "Verdict on the rating scale.", "false")
    label: Annotated[str | None, Prose(2000)] = told(
        _("verdict"), "Label in the review's language, or in the publisher's words.", "Sai"
    )
    labels: Labels = told("", "Labels by language.", {"en": "False", "vi": "Sai"}, dict)
    value: WholeOrNull = told("", "Number between `worst` and `best`. Null if the verdict isn't a number.", 1)
    best: WholeOrNull = told("", "Value of the truest verdict.", 5)
    worst: WholeOrNull = told("", "Value of the falsest verdict.", 1)
    explanation: Annotated[str | None, Prose(10_000)] = told(
        _("why this verdict"), "Meaning of the verdict, or the reason for it here."
    )
    original: OriginalRating | None = told(_("publisher's verdict"), "Rating of an imported review, as in its file.")


class Source(Part):
    """A source of the review."""

    title: Annotated[str | None, Line(1000)] = told(_("title"), "Title of the source.", "The video as first posted")
    url: WebAddressOrNull = told(_("URL"), "Web page of the source.", "https://archive.example/2020/1")
    publisher: NameOrNull = told(_("publisher"), "Publisher of the source.", "Example Archive")
    stance: Annotated[str | None, OneOf(Stance)] = told(
        _("stance"), "Whether the source supports the claim.", "refutes"
    )
    quote: Annotated[str | None, Prose(10_000)] = told(_("quote"), "Literal quotation from the source.")
    archive_url: WebAddressOrNull = told(_("archive link"), "Capture of `url`.")
    accessed_on: DayOrNull = told(_("accessed on"), "Date on which the newsroom read the source.", "2026-10-04")
    primary: bool | None = told(
        _("first-hand evidence"), "True for first-hand evidence, false for a report about it, null if not stated.", True
    )

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if not (self.title or self.url):
            raise Wrong("no_source")
        return self


class Publisher(Part):
    """The publisher that is responsible for a review."""

    labels_follow: ClassVar[bool] = True

    type: Annotated[str, OneOf(PublisherType)] = told(_("type"), "Kind of publisher.", default="organization")
    name: Name = needed(_("name"), "Name of the publisher.", "Example Check")
    site: Site = needed(_("site"), "Host without `www.`. Filters use this value.", "check.example")
    url: WebAddressOrNull = told(_("website"), "Website of the publisher.", "https://check.example/")
    logo_url: WebAddressOrNull = told(_("logo"), "Logo of the publisher.")
    same_as: WebAddresses = told(_("profiles elsewhere"), "Profiles of the publisher on other sites.", default=list)
    methodology_url: WebAddressOrNull = told(_("methodology"), "Page about the fact-checking method.")
    corrections_url: WebAddressOrNull = told(_("corrections policy"), "Page about the correction of mistakes.")
    principles_url: WebAddressOrNull = told(_("principles"), "Page about the organisation and its funding.")
    unnamed_sources_url: WebAddressOrNull = told(
        _("policy on unnamed sources"), "Page about the use of unnamed sources."
    )
    feedback_url: WebAddressOrNull = told(_("how to report a mistake"), "Page where readers can report a mistake.")


class Selection(Part):
    """The reason why the newsroom checked this claim."""

    reason: Annotated[str, OneOf(SelectionReason)] = needed(
        _("why this claim was chosen"), "Main reason for the choice.", "reach"
    )
    note: Annotated[str | None, Line(1000)] = told(
        _("the choice in a sentence"), "The reason in one sentence.", "The video was shared 40,000 times in two days."
    )


class Translated(Part):
    """The revision of another review that this review translates."""

    id: Id = needed(_("translation of"), "The translated review.")
    revision: Annotated[int, Field(ge=1, le=MAX_NUMBER)] = needed(
        _("its revision"), "Number of the translated revision.", 1
    )


class Author(Part):
    """An author of a review."""

    name: Name = needed(_("name"), "Name of the author as published.", "A. Reporter")


class Topic(Part):
    """A topic of a review."""

    slug: Slug = needed("", "Identifier for filters.", "floods")
    labels: Labels = told("", "Labels by language.", {"en": "Floods", "vi": "Lũ lụt"}, dict)


class Review(Part):
    """A published review."""

    id: Id = needed("", "Never changes.", "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a")
    original_url: WebAddressOrNull = told(_("publisher's page"), "Page of an imported review on its publisher's site.")
    archive_url: WebAddressOrNull = told(_("archive link"), "Capture of `original_url`.")
    language: Language = needed(_("language"), "`und` if unknown.", "vi")
    headline: Annotated[str | None, Line(1000)] = told(_("headline"), "Plain text.", "The video is from 2020")
    summary: Annotated[str | None, Prose(10_000)] = told(_("summary"), "Plain text.", "False. It was filmed in 2020.")
    body: Annotated[str | None, Prose(200_000)] = told(_("text"), "Markdown. Sanitise the HTML before you show it.")
    claim: ReviewedClaim = needed("", "The reviewed claim.")
    translation_of: Translated | None = told("", "The review that this review translates.")
    selection: Selection | None = told("", "Why the newsroom checked this claim.")
    verdict: Verdict = needed("", "Verdict of the review.")
    sources: list[Source] = told(_("sources"), "Sources of the review.", default=list, most=MAX_LIST)
    publisher: Publisher = needed(_("publisher"), "The publisher that is responsible for the review.")
    authors: list[Author] = told(_("authors"), "Authors of the review.", default=list, most=MAX_LIST)
    topics: list[Topic] = told(_("topics"), "Topics of the review.", default=list, most=MAX_LIST)
    reviewed_on: DayOrNull = told(_("checked on"), "Date that the publisher gives for the review.", "2026-10-05")
    license: WebAddress = needed(_("licence"), "The licence of this document.")

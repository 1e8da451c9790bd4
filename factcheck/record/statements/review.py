"""What a review says. The keys and types of the JSON are those of docs/reference/reviews.md."""

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
    """Where the claim was seen."""

    url: WebAddress = needed(_("address"), "Where it was seen.", "https://social.example/p/1")
    medium: Annotated[str | None, OneOf(Medium)] = told(_("medium"), "What it was.", "video")
    media_sha256: Sha256OrNull = told(
        _("hash of the media"), "Hexadecimal SHA-256 of the image, video or audio file.", "ab" * 32
    )
    archive_url: WebAddressOrNull = told(_("archive link"), "A capture of `url`.", "https://web.archive.org/web/1/x")
    first: bool = told(_("first"), "Whether it is the first known one.", True, False)


class Claimant(Part):
    """Who made the claim. A private person is described, not named."""

    labels_follow: ClassVar[bool] = True

    id: Id = needed(_("identifier"), "The same for ever.")
    type: Annotated[str, OneOf(ClaimantType)] = needed(_("type"), "What the claimant is.", "unnamed")
    name: NameOrNull = told(_("name"), "Of a public figure or an organisation.", "Ministry of Health")
    description: Annotated[str | None, Line(1000)] = told(
        _("description"), "Instead of a name, such as “a Facebook user”.", "a Facebook user"
    )
    job_title: NameOrNull = told(_("office or role"), "At the time of the claim.", "minister")
    same_as: WebAddresses = told(
        _("same as"), "Addresses that identify the claimant.", ["https://www.wikidata.org/wiki/Q1"], list
    )
    confirmed: bool = told(
        _("name confirmed"),
        "False for a name that came in with an imported review and that no editor has looked at yet.",
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
    """What was said."""

    id: Id = needed(_("claim: identifier"), "The same for ever.")
    text: Annotated[str, Prose(10_000)] = needed(
        _("claim"), "What was said, in one sentence, without a judgement.", "The flood has reached the roof."
    )
    language: Language = needed(_("language of the claim"), "`und` when unknown.", "vi")
    claimed_on: DayOrNull = told(_("said on"), "The day on which it was said.", "2026-10-03")
    location: NameOrNull = told(_("place"), "Where it was said.", "Huế")
    claimant: Claimant | None = told(_("claimant"), "Who made the claim.")
    appearances: list[Appearance] = told(_("appearances"), "Where it was seen.", default=list, most=MAX_LIST)


class OriginalRating(Part):
    """The rating of an imported review as its file had it."""

    label: Annotated[str, Prose(2000)] = needed(
        _("publisher's verdict"), "The verdict in the publisher's words.", "Sai"
    )
    value: NameOrNull = told(_("publisher's rating"), "The number, digit for digit.", "1.50")
    best: NameOrNull = told(_("publisher's best rating"), "The best number that the publisher gives.", "5")
    worst: NameOrNull = told(_("publisher's worst rating"), "The worst number that the publisher gives.", "1")
    explanation: Annotated[str | None, Prose(10_000)] = told(
        _("publisher's explanation"), "What the publisher says of the verdict."
    )
    image_url: WebAddressOrNull = told(_("publisher's rating image"), "A picture of the verdict.")


class Verdict(Part):
    """What the review finds."""

    scale: SlugOrNull = told(
        _("verdict on the scale"),
        "The rating scale. Null when the publisher's words are on no scale of this site.",
        "truth",
    )
    slug: SlugOrNull = told("", "The verdict on its rating scale.", "false")
    label: Annotated[str | None, Prose(2000)] = told(
        _("verdict"), "In the review's language, or in the publisher's words.", "Sai"
    )
    labels: Labels = told("", "By language.", {"en": "False", "vi": "Sai"}, dict)
    value: WholeOrNull = told("", "From `worst` to `best`. Null when the verdict isn't a number.", 1)
    best: WholeOrNull = told("", "The value of the truest verdict.", 5)
    worst: WholeOrNull = told("", "The value of the falsest verdict.", 1)
    explanation: Annotated[str | None, Prose(10_000)] = told(
        _("why this verdict"), "What the verdict means, or why it was given here."
    )
    original: OriginalRating | None = told(_("publisher's verdict"), "An imported review's rating as its file had it.")


class Source(Part):
    """What the review rests on."""

    title: Annotated[str | None, Line(1000)] = told(_("title"), "What it is called.", "The video as first posted")
    url: WebAddressOrNull = told(_("address"), "Where it can be read.", "https://archive.example/2020/1")
    publisher: NameOrNull = told(_("publisher"), "Who published it.", "Example Archive")
    stance: Annotated[str | None, OneOf(Stance)] = told(_("stance"), "What it says of the claim.", "refutes")
    quote: Annotated[str | None, Prose(10_000)] = told(_("quote"), "The words that matter, as they stand there.")
    archive_url: WebAddressOrNull = told(_("archive link"), "A capture of `url`.")
    accessed_on: DayOrNull = told(_("accessed on"), "The day on which it was read.", "2026-10-04")
    primary: bool | None = told(
        _("first-hand evidence"), "True for the evidence itself, false for a report of it, null if nobody said.", True
    )

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if not (self.title or self.url):
            raise Wrong("no_source")
        return self


class Publisher(Part):
    """Who answers for the review."""

    labels_follow: ClassVar[bool] = True

    type: Annotated[str, OneOf(PublisherType)] = told(_("type"), "What the publisher is.", default="organization")
    name: Name = needed(_("name"), "The publisher's name.", "Example Check")
    site: Site = needed(_("site"), "Host without `www.`, which names it in filters.", "check.example")
    url: WebAddressOrNull = told(_("website"), "Its website.", "https://check.example/")
    logo_url: WebAddressOrNull = told(_("logo"), "Its logo.")
    same_as: WebAddresses = told(_("profiles elsewhere"), "Its profiles elsewhere.", default=list)
    methodology_url: WebAddressOrNull = told(_("methodology"), "How it checks.")
    corrections_url: WebAddressOrNull = told(_("corrections policy"), "How it corrects mistakes.")
    principles_url: WebAddressOrNull = told(_("principles"), "Who it is and who pays for it.")
    unnamed_sources_url: WebAddressOrNull = told(_("policy on unnamed sources"), "When it leaves a source unnamed.")
    feedback_url: WebAddressOrNull = told(_("how to report a mistake"), "Where readers can report a mistake.")


class Selection(Part):
    """Why this claim was chosen to be checked."""

    reason: Annotated[str, OneOf(SelectionReason)] = needed(
        _("why this claim was chosen"), "What decided the choice.", "reach"
    )
    note: Annotated[str | None, Line(1000)] = told(
        _("the choice in a sentence"), "The reason in a sentence.", "The video was shared 40,000 times in two days."
    )


class Translated(Part):
    """The review of which this is a translation, as one of its revisions said it."""

    id: Id = needed(_("translation of"), "The review that was translated.")
    revision: Annotated[int, Field(ge=1, le=MAX_NUMBER)] = needed(
        _("its revision"), "The number of the revision that was translated.", 1
    )


class Author(Part):
    """An author."""

    name: Name = needed(_("name"), "Under which the review appeared.", "A. Reporter")


class Topic(Part):
    """A topic."""

    slug: Slug = needed("", "Names it in filters.", "floods")
    labels: Labels = told("", "By language.", {"en": "Floods", "vi": "Lũ lụt"}, dict)


class Review(Part):
    """A review as it was published."""

    id: Id = needed("", "The same for ever.", "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a")
    original_url: WebAddressOrNull = told(_("publisher's page"), "The publisher's own page of an imported review.")
    archive_url: WebAddressOrNull = told(_("archive link"), "A capture of `original_url`.")
    language: Language = needed(_("language"), "`und` when unknown.", "vi")
    headline: Annotated[str | None, Line(1000)] = told(_("headline"), "Plain text.", "The video is from 2020")
    summary: Annotated[str | None, Prose(10_000)] = told(_("summary"), "Plain text.", "False. It was filmed in 2020.")
    body: Annotated[str | None, Prose(200_000)] = told(_("text"), "Markdown. Sanitise it before you show it.")
    claim: ReviewedClaim = needed("", "The claim that is reviewed.")
    translation_of: Translated | None = told("", "The review of which this is a translation.")
    selection: Selection | None = told("", "Why this claim was chosen to be checked.")
    verdict: Verdict = needed("", "What the review finds.")
    sources: list[Source] = told(_("sources"), "What the review rests on.", default=list, most=MAX_LIST)
    publisher: Publisher = needed(_("publisher"), "Who answers for the review.")
    authors: list[Author] = told(_("authors"), "Who wrote it.", default=list, most=MAX_LIST)
    topics: list[Topic] = told(_("topics"), "Under which readers look for it.", default=list, most=MAX_LIST)
    reviewed_on: DayOrNull = told(_("checked on"), "The date that the publisher gives the review.", "2026-10-05")
    license: WebAddress = needed(_("licence"), "The licence of this document.")

"""The statement of a review. docs/reference/reviews.md describes the keys and types."""

import operator
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from factcheck.record.formats.time_zones import DEFAULT
from factcheck.record.statements.capture import Capture
from factcheck.record.statements.faults import InvalidValue
from factcheck.record.statements.parts import Part, optional, required
from factcheck.record.statements.texts import _, pgettext
from factcheck.record.statements.values import (
    LANGUAGE,
    MAX_LIST,
    MAX_NUMBER,
    MAX_REPLIES,
    MAX_TOPICS,
    Choices,
    ColorOrNull,
    Day,
    DayOrNull,
    Id,
    Labels,
    Language,
    Line,
    Meanings,
    Name,
    NameOrNull,
    OneOf,
    Prose,
    Sha256OrNull,
    Site,
    Slug,
    SlugOrNull,
    Url,
    UrlOrNull,
    Urls,
    WholeOrNull,
    same_language,
)


class Medium(Choices):
    TEXT = "text", pgettext("medium", "text")
    IMAGE = "image", _("image")
    VIDEO = "video", _("video")
    AUDIO = "audio", _("audio")


class Stance(Choices):
    SUPPORTS = "supports", _("supports the claim")
    REFUTES = "refutes", _("refutes the claim")
    CONTEXT = "context", _("context")


class SelectionReason(Choices):
    REACH = "reach", _("it reached many people")
    HARM = "harm", _("it can do harm")
    ASKED = "asked", _("readers asked")
    OTHER = "other", _("another reason")


class ClaimantType(Choices):
    PERSON = "person", _("public figure")
    ORGANIZATION = "organization", _("organisation")
    UNNAMED = "unnamed", _("described, not named")


class ReplyChannel(Choices):
    EMAIL = "email", _("e-mail")
    LETTER = "letter", _("letter")
    TELEPHONE = "telephone", _("telephone")
    MESSAGE = "message", _("message on a platform")
    IN_PERSON = "in_person", _("in person")


class PublisherType(Choices):
    ORGANIZATION = "organization", _("organisation")
    PERSON = "person", _("person")


class Code(Choices):
    IFCN = "ifcn", _("IFCN Code of Principles")
    EFCSN = "efcsn", _("EFCSN Code of Standards")


NoCaptureReason = Annotated[str | None, Line(500)]


class Named(Part):
    """Somebody with a name or a description. A private person is described, not named."""

    @model_validator(mode="after")
    def _is_named_or_described(self) -> Self:
        said: Any = self
        unnamed = said.type == ClaimantType.UNNAMED
        if (said.name is None) != unnamed or (unnamed and said.description is None):
            raise InvalidValue("wrong_claimant")
        return self


class Appearance(Part):
    """A place where the claim was seen."""

    url: Url = required(_("URL"), "Page or post where the claim was seen.", "https://social.example/p/1")
    medium: Annotated[str | None, OneOf(Medium)] = optional(_("medium"), "Form in which the claim appeared.", "video")
    media_sha256: Sha256OrNull = optional(
        _("hash of the media"), "SHA-256 of the image, video or audio file, in hexadecimal.", "ab" * 32
    )
    archive_url: UrlOrNull = optional(
        _("archive link"), "URL of an archived copy of `url`.", "https://web.archive.org/web/1/x"
    )
    first: bool = optional(_("first"), "Whether this is the first known appearance.", True, False)
    capture: Capture | None = optional(_("copy"), "Copy of the page or file that the newsroom keeps as evidence.")
    no_capture_reason: NoCaptureReason = optional(
        _("why there is no copy"), "Reason why the newsroom doesn't have a copy.", "The post has been deleted."
    )


class Claimant(Named):
    """The claimant. A private person is described, not named."""

    labels_follow: ClassVar[bool] = True

    id: Id = required(_("identifier"), "Never changes.")
    type: Annotated[str, OneOf(ClaimantType)] = required(_("type"), "Kind of claimant.", "unnamed")
    name: NameOrNull = optional(_("name"), "Name of a public figure or an organisation.", "Ministry of Health")
    description: Annotated[str | None, Line(1000)] = optional(
        _("description"), "Description of an unnamed claimant.", "a Facebook user"
    )
    job_title: NameOrNull = optional(_("office or role"), "Office or role at the time of the claim.", "minister")
    same_as: Urls = optional(
        _("same as"), "URLs that identify the claimant.", ["https://www.wikidata.org/wiki/Q1"], list
    )
    confirmed: bool = optional(
        _("name confirmed"),
        "False if the name is from an imported review and no editor has confirmed it yet.",
        True,
        False,
    )


class Wording(Part):
    """The claim in the language of a review that is in another language than the claim."""

    labels_follow: ClassVar[bool] = True

    text: Annotated[str, Prose(10_000)] = required(
        _("claim in the language of the review"), "The claim in this language.", "The flood has reached the roof."
    )
    language: Language = required(_("language"), "Language of the wording.", "en")
    by: NameOrNull = optional(_("by"), "Publisher that wrote the wording.", "Example Check")


class ReviewedClaim(Part):
    """The claim that the review checks."""

    id: Id = required(_("claim: identifier"), "Never changes.")
    text: Annotated[str, Prose(10_000)] = required(
        _("claim"), "The claim in one neutral sentence.", "The flood has reached the roof."
    )
    language: Language = required(_("language of the claim"), "`und` if unknown.", "vi")
    claimed_on: DayOrNull = optional(_("said on"), "Date of the claim.", "2026-10-03")
    location: NameOrNull = optional(_("place"), "Place where the claim was made.", "Huế")
    claimant: Claimant | None = optional(_("claimant"), "The person or organisation that made the claim.")
    appearances: list[Appearance] = optional(
        _("appearances"), "Places where the claim was seen.", default=list, max_items=MAX_LIST
    )
    # Absent without a wording, so that the bytes of older claims stay the same.
    wordings: list[Wording] = optional(
        _("wordings"),
        "The claim in the languages of its reviews. The key is absent without a wording.",
        default=list,
        max_items=MAX_LIST,
        exclude_if=operator.not_,
    )

    @property
    def texts(self) -> list[str]:
        """The claim's text, then its wordings in other languages."""
        return [self.text, *(each.text for each in self.wordings)]

    def worded(self, *languages: str) -> "Wording | ReviewedClaim":
        """Return the claim in the first of these languages that it has, or else in its own. Both have the same keys."""
        every: list[Wording | ReviewedClaim] = [self, *self.wordings]
        known = (each for language in languages for each in every if same_language(each.language, language))
        return next(known, self)


class OriginalRating(Part):
    """The rating of an imported review, as in the imported file."""

    label: Annotated[str, Prose(2000)] = required(
        _("publisher's verdict"), "The verdict in the publisher's words.", "Sai"
    )
    value: NameOrNull = optional(_("publisher's rating"), "Rating value, exactly as in the imported file.", "1.50")
    best: NameOrNull = optional(_("publisher's best rating"), "Best value on the publisher's scale.", "5")
    worst: NameOrNull = optional(_("publisher's worst rating"), "Worst value on the publisher's scale.", "1")
    explanation: Annotated[str | None, Prose(10_000)] = optional(
        _("publisher's explanation"), "The publisher's explanation of the verdict."
    )
    image_url: UrlOrNull = optional(_("publisher's rating image"), "Image of the verdict.")


class Verdict(Part):
    """The verdict of a review."""

    scale: SlugOrNull = optional(
        _("verdict on the scale"),
        "Rating scale. Null if the publisher's verdict isn't mapped to a scale of this site.",
        "truth",
    )
    slug: SlugOrNull = optional("", "Verdict on the rating scale.", "false")
    label: Annotated[str | None, Prose(2000)] = optional(
        _("verdict"), "Label in the review's language, or in the publisher's words.", "Sai"
    )
    labels: Labels = optional("", "Labels by language.", {"en": "False", "vi": "Sai"}, dict)
    meanings: Meanings = optional(
        "", "Meaning of the verdict on the rating scale, by language.", {"en": "The claim is wrong."}, dict
    )
    value: WholeOrNull = optional(
        "", "Number between `worst` and `best`. Null if the verdict doesn't have a number.", 1
    )
    best: WholeOrNull = optional("", "Value that means that the claim is true.", 5)
    worst: WholeOrNull = optional("", "Value that means that the claim is false.", 1)
    explanation: Annotated[str | None, Prose(10_000)] = optional(
        _("why this verdict"), "Meaning of the verdict, or the reason for it in this review."
    )
    original: OriginalRating | None = optional(
        _("publisher's verdict"), "Rating of an imported review, as in the imported file."
    )


class Source(Part):
    """A source of the review."""

    title: Annotated[str | None, Line(1000)] = optional(_("title"), "Title of the source.", "The video as first posted")
    url: UrlOrNull = optional(_("URL"), "Web page of the source.", "https://archive.example/2020/1")
    publisher: NameOrNull = optional(_("publisher"), "Publisher of the source.", "Example Archive")
    stance: Annotated[str | None, OneOf(Stance)] = optional(
        _("stance"), "Whether the source supports the claim.", "refutes"
    )
    quote: Annotated[str | None, Prose(10_000)] = optional(_("quote"), "Exact quotation from the source.")
    # Absent without a translation, so that the bytes of older sources stay the same.
    quote_translation: Annotated[str | None, Prose(10_000)] = optional(
        _("quote in the language of the review"),
        "The newsroom's translation of `quote`. The key is absent without a translation.",
        "In October 2020, the river rose by four metres.",
        exclude_if=operator.not_,
    )
    archive_url: UrlOrNull = optional(_("archive link"), "URL of an archived copy of `url`.")
    published_on: DayOrNull = optional(_("published on"), "Date of the source according to itself.", "2020-10-11")
    accessed_on: DayOrNull = optional(_("accessed on"), "Date on which the newsroom read the source.", "2026-10-04")
    primary: bool | None = optional(
        _("first-hand evidence"), "True for first-hand evidence, false for a report about it, null if unknown.", True
    )
    capture: Capture | None = optional(_("copy"), "Copy of the page or file that the newsroom keeps as evidence.")
    no_capture_reason: NoCaptureReason = optional(
        _("why there is no copy"), "Reason why the newsroom doesn't have a copy.", "The page forbids copies."
    )

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if not (self.title or self.url):
            raise InvalidValue("no_source")
        return self


class Reply(Named):
    """A person or organisation that the newsroom asked, and the answer. A private person is described, not named."""

    type: Annotated[str, OneOf(ClaimantType)] = required(_("person or organisation"), "Kind of person.", "organization")
    name: NameOrNull = optional(_("name"), "Name of a public figure or an organisation.", "Ministry of Health")
    description: Annotated[str | None, Line(1000)] = optional(
        _("role or description"), "Role of a public figure, or description of a private person.", "the shop’s owner"
    )
    asked_on: Day = required(_("asked on"), "Date on which the newsroom asked.", "2026-10-03")
    channel: Annotated[str | None, OneOf(ReplyChannel)] = optional(_("asked by"), "Kind of channel.", "email")
    answer_until: DayOrNull = optional(_("answer until"), "Last day for an answer that counted.", "2026-10-05")
    no_answer: bool = optional(_("no answer came"), "True if no answer had come at publication.", True, False)
    answer: Annotated[str | None, Prose(10_000)] = optional(_("answer, word for word"), "The answer, unchanged.")
    answer_language: Annotated[str | None, LANGUAGE] = optional(
        _("language of the answer"), "Null if the answer is in the language of the review.", "vi"
    )
    answer_translation: Annotated[str | None, Prose(10_000)] = optional(
        _("answer in the language of the review"), "The newsroom's translation of `answer`."
    )
    answered_on: DayOrNull = optional(_("answered on"), "Date of the answer.", "2026-10-04")

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.no_answer and self.answer:
            raise InvalidValue("answer_and_none")
        if min(self.answer_until or self.asked_on, self.answered_on or self.asked_on) < self.asked_on:
            raise InvalidValue("before_asking")
        return self


class Publisher(Part):
    """The publisher responsible for a review."""

    labels_follow: ClassVar[bool] = True

    type: Annotated[str, OneOf(PublisherType)] = optional(_("type"), "Kind of publisher.", default="organization")
    name: Name = required(_("name"), "Name of the publisher.", "Example Check")
    site: Site = required(_("site"), "Host without `www.`. Filters use this value.", "check.example")
    url: UrlOrNull = optional(_("website"), "Website of the publisher.", "https://check.example/")
    logo_url: UrlOrNull = optional(_("logo"), "Logo of the publisher.")
    same_as: Urls = optional(_("profiles elsewhere"), "Profiles of the publisher on other sites.", default=list)
    description: Annotated[str | None, Line(500)] = optional(
        _("who the publisher is"), "The publisher and its funding, in its own words.", "A foundation funds us."
    )
    codes: list[Annotated[str, OneOf(Code)]] = optional(
        _("codes of standards"), "Codes that the publisher says it has signed.", ["ifcn"], list, max_items=len(Code)
    )
    methodology_url: UrlOrNull = optional(_("methodology"), "Page about the fact-checking method.")
    corrections_url: UrlOrNull = optional(_("corrections policy"), "Page about how mistakes are corrected.")
    principles_url: UrlOrNull = optional(_("principles"), "Page about the organisation and its funding.")
    unnamed_sources_url: UrlOrNull = optional(_("policy on unnamed sources"), "Page about the use of unnamed sources.")
    feedback_url: UrlOrNull = optional(_("how to report a mistake"), "Page where readers can report a mistake.")
    color: ColorOrNull = optional(
        _("colour"), "Colour of the publisher. Absent without a colour.", "#c2410c", exclude_if=operator.not_
    )
    rules_digest: Sha256OrNull = optional(
        _("digest of its rules"),
        "Digest of the newest version of its rules, which covers all earlier versions. Absent without rules here.",
        "ab" * 32,
        exclude_if=operator.not_,
    )
    # Absent for UTC, so that the bytes of older reviews stay the same.
    time_zone: Annotated[str, Line(64)] = optional(
        _("time zone"),
        "Zone in which pages show the times of the publisher’s reviews. The key is absent for UTC.",
        "Asia/Ho_Chi_Minh",
        DEFAULT,
        exclude_if=lambda name: name in (None, DEFAULT),
    )


class Selection(Part):
    """The reason why the newsroom checked this claim."""

    reason: Annotated[str, OneOf(SelectionReason)] = required(
        _("why this claim was chosen"), "Main reason for the choice.", "reach"
    )
    note: Annotated[str | None, Line(1000)] = optional(
        _("the choice in a sentence"),
        "Reason for the choice in one sentence.",
        "The video was shared 40,000 times in two days.",
    )


class Translated(Part):
    """The revision of another review that this review translates."""

    id: Id = required(_("translation of"), "The translated review.")
    revision: Annotated[int, Field(ge=1, le=MAX_NUMBER)] = required(
        _("its revision"), "Number of the translated revision.", 1
    )


class Author(Part):
    """An author of a review."""

    name: Name = required(_("name"), "Name of the author, as published.", "A. Reporter")


class Topic(Part):
    """A topic of a review."""

    slug: Slug = required("", "Identifier for filters.", "floods")
    labels: Labels = optional("", "Labels by language.", {"en": "Floods", "vi": "Lũ lụt"}, dict)


class Review(Part):
    """A published review."""

    id: Id = required("", "Never changes.", "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a")
    original_url: UrlOrNull = optional(_("publisher's page"), "Page of an imported review on its publisher's site.")
    archive_url: UrlOrNull = optional(_("archive link"), "URL of an archived copy of `original_url`.")
    language: Language = required(_("language"), "`und` if unknown.", "vi")
    language_detected: bool = optional(
        _("language detected"),
        "True if nobody stated `language`, so a program detected it from the text.",
        True,
        False,
    )
    headline: Annotated[str | None, Line(1000)] = optional(_("headline"), "Plain text.", "The video is from 2020")
    summary: Annotated[str | None, Prose(10_000)] = optional(
        _("summary"), "Plain text.", "False. It was filmed in 2020."
    )
    body: Annotated[str | None, Prose(200_000)] = optional(
        _("text"), "Markdown. Sanitise the resulting HTML before you show it."
    )
    claim: ReviewedClaim = required("", "The reviewed claim.")
    translation_of: Translated | None = optional("", "The review that this review translates.")
    selection: Selection | None = optional("", "Why the newsroom checked this claim.")
    verdict: Verdict = required("", "Verdict of the review.")
    sources: list[Source] = optional(_("sources"), "Sources of the review.", default=list, max_items=MAX_LIST)
    # Absent without a reply, so that the bytes of older reviews stay the same.
    replies: list[Reply] = optional(
        _("right of reply"),
        "People and organisations that were asked, and their answers. Absent if nobody was asked.",
        default=list,
        max_items=MAX_REPLIES,
        exclude_if=operator.not_,
    )
    publisher: Publisher = required(_("publisher"), "The publisher responsible for the review.")
    authors: list[Author] = optional(_("authors"), "Authors of the review.", default=list, max_items=MAX_LIST)
    topics: list[Topic] = optional(_("topics"), "Topics of the review.", default=list, max_items=MAX_TOPICS)
    reviewed_on: DayOrNull = optional(_("checked on"), "Date of the review according to the publisher.", "2026-10-05")
    license: Url = required(_("licence"), "The licence of this document.")

"""A record as importers read it: a review whose ids and derived values can be missing."""

from pydantic import model_validator

from factcheck.record.statements.faults import InvalidValue
from factcheck.record.statements.parts import optional, required
from factcheck.record.statements.review import Claimant, Publisher, Review, ReviewedClaim, Verdict
from factcheck.record.statements.values import UNKNOWN_LANGUAGE, Id, Language, Name, Site, Url


class ImportedClaimant(Claimant):
    id: Id = optional("", "The id of an existing or new claimant.")
    is_public_figure: bool | None = optional(
        "", "Whether a person may be named, for what they said in a public office."
    )


class ImportedClaim(ReviewedClaim):
    id: Id = optional("", "The id of an existing or new claim. Reviews of the same claim share it.")
    language: Language = optional("", "The review's language if absent.")
    claimant: ImportedClaimant | None = optional("", "The claimant.")


class ImportedVerdict(Verdict):
    @model_validator(mode="after")
    def _is_known(self) -> "ImportedVerdict":
        if not (self.scale and self.slug) and self.original is None:
            raise InvalidValue("no_verdict")
        return self


class ImportedPublisher(Publisher):
    name: Name = optional("", "The site if absent.")
    site: Site = optional("", "The host of `original_url` if absent.")


class ImportedReview(Review):
    id: Id = optional("", "The id of the new review.")
    original_url: Url = required("", "The review's own page.")
    language: Language = optional("", "Detected from the text if absent.", default=UNKNOWN_LANGUAGE)
    claim: ImportedClaim = required("", "The claim that is reviewed.")
    verdict: ImportedVerdict = required("", "The finding of the review.")
    publisher: ImportedPublisher = optional("", "The publisher that is responsible for the review.")
    license: Url = optional("", "The site's default licence if absent.")

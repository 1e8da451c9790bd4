"""All schema components by name. The OpenAPI document and the dumps refer to them with `$ref`."""

from api.http.problem_bodies import Problem
from api.lists.meta import Meta
from api.schema import draft_bodies, dump_manifests, evidence, intake, lists, log_answers, match_answers, references
from api.schema.claimreview import CLAIM_REVIEW
from api.schema.operations import ref
from factcheck.record.readmodel import bodies
from factcheck.record.statements.erasure import ErasureNotice
from factcheck.record.statements.output import Output
from factcheck.record.statements.schema import Json, published_schemas, request_schemas

_MODULES = (bodies, draft_bodies, dump_manifests, evidence, intake, lists, log_answers, match_answers, references)
# These objects are never sent alone.
_ADDED = {bodies.Erasure, references.AddedToPublisher, references.AddedToClaimant}
_OUTPUTS = [
    each
    for module in _MODULES
    for name, each in vars(module).items()
    if isinstance(each, type) and issubclass(each, Output) and each.__module__ == module.__name__
    if not name.startswith("_") and each not in _ADDED
]

COMPONENTS: Json = {
    **CLAIM_REVIEW,
    **lists.LISTS,
    **log_answers.FORMATS,
    "ReviewOrTombstone": {"oneOf": [ref("Review"), ref("Tombstone")]},
    "ClaimOrTombstone": {"oneOf": [ref("Claim"), ref("ClaimTombstone")]},
    "QuestionOrBatch": {"oneOf": [ref("Question"), ref("Questions")]},
    "FullOrBrief": {"anyOf": [ref("Matching"), ref("BriefMatching")]},
    "MatchingOrBatch": {"anyOf": [ref("Matching"), ref("BriefMatching"), ref("MatchingBatch"), ref("PictureMatching")]},
    **published_schemas(ErasureNotice, Meta, Problem, *_OUTPUTS, *lists.PAGES),
    **draft_bodies.DRAFTS,
    **request_schemas(intake.Tip, intake.CorrectionRequest, match_answers.Question, match_answers.Questions),
}

"""All schema components by name. The OpenAPI document and the dumps refer to them with `$ref`."""

from api.schema import (
    capture_bodies,
    draft_bodies,
    dump_manifests,
    intake,
    lists,
    log_answers,
    match_answers,
    references,
)
from api.schema.claimreview import CLAIM_REVIEW
from api.schema.operations import ref
from factcheck.record.readmodel import bodies
from factcheck.record.statements.erasure import ErasureNotice
from factcheck.record.statements.output import Output
from factcheck.record.statements.schema import Json, published_schemas, request_schemas

_MODULES = (bodies, capture_bodies, draft_bodies, dump_manifests, intake, lists, log_answers, match_answers, references)
# These models are never sent alone.
_PARTS = {bodies.Erasure, references.AddedToPublisher, references.AddedToClaimant}
_OUTPUTS = [
    each
    for module in _MODULES
    for name, each in vars(module).items()
    if isinstance(each, type) and issubclass(each, Output) and each.__module__ == module.__name__
    if not name.startswith("_") and each not in _PARTS
]

COMPONENTS: Json = {
    **CLAIM_REVIEW,
    **lists.LISTS,
    **references.PAGES,
    **log_answers.FORMATS,
    **{
        f"{first}Or{second}": {"oneOf": [ref(first), ref(name)]}
        for first, second, name in (
            ("Review", "Tombstone", "Tombstone"),
            ("Claim", "Tombstone", "ClaimTombstone"),
            ("Question", "Batch", "Questions"),
            ("Matching", "Batch", "MatchingBatch"),
        )
    },
    **published_schemas(ErasureNotice, *_OUTPUTS),
    **draft_bodies.DRAFTS,
    **request_schemas(intake.Tip, intake.CorrectionRequest, match_answers.Question, match_answers.Questions),
}

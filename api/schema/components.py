"""All schema components by name. The OpenAPI document and the dumps refer to them with `$ref`."""

from typing import Any

from api.schema.bodies import BODIES
from api.schema.capture_bodies import CAPTURES
from api.schema.claimreview import CLAIM_REVIEW
from api.schema.demand_bodies import DEMANDS
from api.schema.draft_bodies import DRAFTS
from api.schema.dump_manifests import DUMPS
from api.schema.intake import MESSAGES
from api.schema.lists import LISTS
from api.schema.log_answers import LOG
from api.schema.match_answers import MATCHES
from api.schema.references import REFERENCES

COMPONENTS: dict[str, Any] = {
    **BODIES,
    **CAPTURES,
    **CLAIM_REVIEW,
    **DEMANDS,
    **LISTS,
    **REFERENCES,
    **LOG,
    **MATCHES,
    **DUMPS,
    **DRAFTS,
    **MESSAGES,
}

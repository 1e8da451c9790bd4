"""All components by name: what `$ref` leads to, in the OpenAPI document and in the dumps."""

from typing import Any

from api.schema.bodies import BODIES
from api.schema.claimreview import CLAIM_REVIEW
from api.schema.demands import DEMANDS
from api.schema.drafts import DRAFTS
from api.schema.dumps import DUMPS
from api.schema.lists import LISTS
from api.schema.log import LOG
from api.schema.messages import MESSAGES

COMPONENTS: dict[str, Any] = {**BODIES, **CLAIM_REVIEW, **DEMANDS, **LISTS, **LOG, **DUMPS, **DRAFTS, **MESSAGES}

"""Every kind of statement that enters the log follows its model."""

from typing import Any

from factcheck.record.audit.key_rotation import rotate
from factcheck.record.log import tree
from factcheck.record.log.notes import SigningKey
from factcheck.record.models import LogEntry, RevisionDocument
from factcheck.record.statements import demand, disowning, erasure, mapping, merge, review, rotation, tombstone
from factcheck.record.statements.checks import check
from tests.support.drafts import Newsroom
from tests.support.whole import extract_statement

MODELS = {
    "review.original": review.Review,
    "review.withdrawal": tombstone.Tombstone,
    "review.erasure": erasure.Erasure,
    "demand.published": demand.Demand,
    "claim.merge": merge.Merge,
    "claim.split": merge.Split,
    "disowning.published": disowning.Disowning,
    "mapping.adoption": mapping.Adoption,
    "key.rotation": rotation.KeyRotation,
}


def test_every_kind_follows_its_model(newsroom: Newsroom, settings: Any) -> None:
    tree.signing_key.cache_clear()
    withdrawn, erased = newsroom.make_review(), newsroom.make_review()
    newsroom.publish_review(withdrawn)
    newsroom.withdraw_review(withdrawn)
    claim, into = newsroom.publish_claim("Lũ tới mái chùa."), newsroom.publish_claim("Nước ngập mái chùa.")
    newsroom.merge_claims(claim, into)
    newsroom.split_claim(claim)
    newsroom.publish_demand(newsroom.make_demand())
    newsroom.publish_review(erased)
    newsroom.erase_review(erased)
    newsroom.disown("0, 2-3")
    newsroom.adopt_mapping("Pants on Fire", "politifact.com")
    settings.LOG_SIGNING_KEY = f"{tree.signing_key()}\n{SigningKey.generate(tree.signing_key().name)}"
    rotate()
    kinds = dict.fromkeys(LogEntry.objects.values_list("kind", flat=True))
    assert kinds.keys() == MODELS.keys()
    for row in RevisionDocument.objects.select_related("entry"):
        assert check(extract_statement(bytes(row.document)), MODELS[row.entry.kind]) == []

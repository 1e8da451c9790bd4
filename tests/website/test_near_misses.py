"""Posts that are nearly a claim of the demo but say something else: no page answers them with a verdict's colour."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from factcheck.record.matching.matches import match
from factcheck.record.models import PublishedClaim
from factcheck.record.readmodel.bodies import Claim
from factcheck.record.statements.output import read

pytestmark = pytest.mark.prove
NEAR = json.loads(Path(__file__).with_name("near_misses.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", autouse=True)
def demo_with_vectors(module_database: str) -> Iterator[None]:
    call_command("load_demo", verbosity=0)
    with override_settings(EMBEDDINGS_URL="", SEARCH_RATE_LIMIT=""):
        call_command("embed_claims", verbosity=0)
        yield


@pytest.mark.parametrize("path", ["/en/search/", "/vi/search/", "/en/search/as-you-type/"])
def test_near_miss_has_no_verdict(path: str) -> None:
    coloured, unlisted = [], []
    for _kind, post, _claim in NEAR:
        page = Client().post(path, {"q": post}, follow=True).content.decode()
        coloured += [post] if re.search("tone-(low|middle|high)", page) else []
        unlisted += [post] if "/reviews/" not in page and "as-you-type" not in path else []
        if "as-you-type" not in path:
            assert "/tips/" in page.partition("<footer>")[0], post
    assert (coloured, unlisted) == ([], [])


def test_near_miss_is_found_and_never_a_result() -> None:
    wrong, missed = [], []
    for _kind, post, claim in NEAR:
        found = match(post)
        others = PublishedClaim.objects.filter(pk__in=[each.claim_id for each in (*found.related, *found.candidates)])
        wrong += [post] if found.results else []
        missed += [] if any(read(Claim, each.body).text.startswith(claim) for each in others) else [post]
    assert (wrong, missed) == ([], [])

"""The examples in docs/ and in the OpenAPI document are real responses to the requests beside them.

`make examples` (RECORD_EXAMPLES=1) records them. Otherwise each request is sent and its response compared.
"""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import call_command
from openapi_schema_validator import OAS31Validator

from api.schema.hooks import FILE
from api.views.pages import openapi
from factcheck.editorial.messages import reader_messages
from factcheck.editorial.models import Claimant, Review, Source, Topic, TopicLabel, User
from factcheck.editorial.programs.tokens import create_token
from factcheck.editorial.proposals import review_policy, workflow
from factcheck.record.log import tree
from factcheck.record.models import SourceCheck
from tests.api.exchanges import Request, comparable, pretty, read_request, write_exchange
from tests.support.drafts import Newsroom, make_newsroom, make_scale
from tests.support.evidence import finish, make_capture

RECORDING = "RECORD_EXAMPLES" in os.environ
REFERENCE = settings.BASE_DIR / "docs" / "reference"
# An exchange in a fence. A comment before the fence names the keys whose values another page shows.
BLOCK = re.compile(
    r"(?:^<!-- leaves out ([\w, ]+) -->\n)?^```\n((?:GET|POST|PATCH) /(?:api|v1alpha1)/\S+ HTTP/1\.1\n.*?)(?=^```$)",
    re.MULTILINE | re.DOTALL,
)
# Pages without an example of a response: conventions of others, constants, and what other tests try.
WITHOUT = {"api", "assistants", "feeds", "limits", "webhooks", "website"}
NEVER_SHOWN = {
    "get_log_tile", "get_log_entries", "get_log_documents", "get_dump_file", "get_schema",  # files
    "delete_claim_draft", "delete_review_draft",  # no content
    "list_cards", "add_copy",  # only the browser extension calls them, and a page is too long for an example
}  # fmt: skip
PAGE = b"<!doctype html><title>The video as first posted</title><p>Filmed in 2020.</p>"
EXAMPLES: list[dict[str, Any]] = json.loads(FILE.read_text())


@pytest.fixture
def secret(database: str, settings: Any, tmp_path: Path) -> Iterator[str]:
    """Fills the record (entries 0–9) with what the examples are about, and gives the secret of a program's token."""
    settings.SITE_URL, settings.DUMPS_FOLDER = "https://factcheck.example", tmp_path / "dumps"
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.LOG_SIGNING_KEY = str(tmp_path / "log-key")  # one of its own, which has this site's name
    tree.signing_key.cache_clear()
    newsroom = make_newsroom("check.example")
    publisher = newsroom.publisher
    publisher.name, publisher.methodology_url = "Example Check", "https://check.example/method"
    publisher.save()
    User.objects.filter(pk=newsroom.reporter.pk).update(byline="A. Reporter")
    _publish(newsroom)
    call_command("make_dumps", verbosity=0)
    with pytest.MonkeyPatch.context() as known:
        known.setattr("secrets.token_urlsafe", lambda size: "q3L0u5lBqk2y1oG7mJ0x5A")
        tip = {"text": "Is the video of the bridge real?", "language": "en"}
        reader_messages.receive_message(kind=reader_messages.Kind.TIP, values=tip, address="192.0.2.1")
    scopes = ["claims:write", "drafts:write"]
    yield create_token(by=newsroom.second, newsroom=publisher.pk, name="Hotline", scopes=scopes, days=30)[1]
    tree.signing_key.cache_clear()


def _publish(newsroom: Newsroom) -> None:
    make_scale()
    claimant = Claimant.objects.create(
        pk=UUID("01912d68-6f00-7b7a-9c11-0a1b2c3d4e5f"), newsroom=newsroom.publisher, type="unnamed",
        description="a social media user",
    )  # fmt: skip
    floods = Topic.objects.create(slug="floods")
    for language, label in (("en", "Floods"), ("vi", "Lũ lụt")):
        TopicLabel.objects.create(topic=floods, language=language, label=label)

    def review(pk: str, claim: str, said: str, **fields: Any) -> Review:
        of = newsroom.make_claim(pk=UUID(claim), text=said, language="en", claimant=claimant)
        of.topics.add(floods)
        values = {"language": "en", "reviewed_on": date(2026, 10, 5), "summary": "False.", "body": "", **fields}
        made = newsroom.make_review(of, 0, pk=UUID(pk), **values)
        sources = (("The video as first posted", 2020, "refutes"), ("The weather of that week", 2026, "context"))
        for position, (title, year, stance) in enumerate(sources):
            Source.objects.create(
                review=made, position=position, title=title, url=f"https://archive.example/{year}/1", stance=stance,
                accessed_on=date(2026, 10, 4), no_capture_reason="The page forbids copies.",
            )  # fmt: skip
        return made

    flood = review(
        "01912d68-783e-7a51-9b2c-3f0e8d6c5b4a", "01912d68-7000-7c0d-8e5f-1a2b3c4d5e6f",
        "The flood has reached the roof of the pagoda.", headline="The video of the flood is from 2019",
        summary="False. It was filmed years ago.", body="The video was **not** filmed this year.",
    )  # fmt: skip
    tea = review(
        "01912d69-0a0b-7c0d-8e5f-1a2b3c4d5e6f", "01912d69-0a00-7c0d-8e5f-1a2b3c4d5e6f", "Iced tea cures a cold.",
        headline="Iced tea cures nothing",
    )  # fmt: skip
    secret = review(
        "01912d69-1b0b-7c0d-8e5f-1a2b3c4d5e6f", "01912d69-1b00-7c0d-8e5f-1a2b3c4d5e6f", "A neighbour did it.",
        headline="The neighbour was elsewhere",
    )  # fmt: skip
    again = review(
        "01912d69-2c0b-7c0d-8e5f-1a2b3c4d5e6f", "01912d69-2c00-7c0d-8e5f-1a2b3c4d5e6f",
        "Water stands as high as the pagoda's roof.", headline="No flood at the pagoda",
    )  # fmt: skip
    copy = make_capture(newsroom, url="https://archive.example/2020/1", is_public=True)
    finish(copy, PAGE, title="The video as first posted", text="Filmed in 2020.", language="en")
    flood.sources.filter(position=0).update(capture=copy, no_capture_reason="", published_on=date(2020, 10, 11))
    for each in (flood, tea, secret, again):
        newsroom.publish_review(each)
    review_policy.open_correction(
        review=flood, by=newsroom.reporter, change_class="substantive",
        note="We gave 2019 as the year of the video. The person who filmed it says that it was 2020.",
    )  # fmt: skip
    Review.objects.filter(pk=flood.pk).update(
        headline="The video of the flood is from 2020", summary="False. It was filmed in 2020."
    )
    newsroom.publish_review(flood)
    checked = datetime(2026, 11, 20, 4, 10, tzinfo=UTC)
    SourceCheck.objects.create(
        review_id=flood.pk, url="https://archive.example/2020/1", state="gone", since=checked, checked_at=checked
    )
    asked = review_policy.withdraw(review=tea, by=newsroom.reporter, reason="The source took its figures back.")
    workflow.approve(proposal=asked, by=newsroom.editor, digest=asked.digest)
    newsroom.erase_review(secret, notice="Erased for a private person, whose data the law protects.")
    demand = newsroom.make_demand(
        flood, pk=UUID("01912d6a-11aa-7c0d-9e00-5c6d7e8f9a0b"), language="en", from_type="company",
        from_name="Example Water Works", legal_basis="", asked="Remove the review of the video of the flood.",
        outcome="open", done="", done_on=None,
    )  # fmt: skip
    newsroom.publish_demand(demand)
    answered = {"done": "We answered that the review cites its sources and stays.", "done_on": date(2026, 10, 22)}
    newsroom.update_demand(demand, note="We have answered.", outcome="refused", **answered)
    newsroom.merge_claims(again.claim, flood.claim, note="Both are about the same video.")
    # The account whose token the examples use.
    bridge = newsroom.make_claim(
        pk=UUID("01912d6b-7000-7c0d-8e5f-1a2b3c4d5e6f"), text="The new bridge has collapsed.", language="en",
        claimant=claimant, logged_by=newsroom.second,
    )  # fmt: skip
    newsroom.make_review(
        bridge, 0, pk=UUID("01912d6b-783e-7a51-9b2c-3f0e8d6c5b4a"), created_by=newsroom.second, language="en",
        headline="The bridge stands", summary="", body="", verdict=None,
    )  # fmt: skip


def reference_pages() -> list[Path]:
    return [page for page in sorted(REFERENCE.glob("*.md")) if BLOCK.search(page.read_text())]


def test_pages_show_what_the_site_answers(secret: str) -> None:
    def current(found: re.Match[str]) -> str:
        omitted = (found[1] or "").split(", ")
        written = write_exchange(found[2], read_request(found[2]).send(secret), omitted)
        return found[0].replace(found[2], written)

    checked = 0
    for page in reference_pages():
        text = page.read_text()
        now = BLOCK.sub(current, text)
        if RECORDING:
            page.write_text(now if comparable(text) != comparable(now) else text)
            continue
        shown, answered = BLOCK.findall(text), BLOCK.findall(now)
        for (_, before), (_, after) in zip(shown, answered, strict=True):
            assert comparable(before) == comparable(after), f"{page.name}: `make examples` records them"
        checked += len(shown)
    assert checked >= 20 or RECORDING


def test_every_resource_has_an_example() -> None:
    """An example leaves out only keys that its page names, and no example is without its response."""
    ours = {page.stem for page in reference_pages()}
    assert {
        "reviews",
        "claims",
        "match",
        "changes",
        "demands",
        "drafts",
        "messages",
        "log",
        "dumps",
        "problems",
    } <= ours
    of_developers = {each.stem for each in REFERENCE.glob("*.md") if "GET /api/" in each.read_text()}
    assert of_developers - ours - WITHOUT == set()
    for page in reference_pages():
        for omitted, block in BLOCK.findall(page.read_text()):
            assert "\nHTTP/1.1 " in block
            assert ("…" in block.replace("fct_…", "")) == bool(omitted), block


def test_nothing_is_left_out_of_the_example_of_a_review() -> None:
    whole = [block for omitted, block in BLOCK.findall((REFERENCE / "reviews.md").read_text()) if not omitted]
    assert any('"verdict"' in block and '"sources"' in block and '"publisher"' in block for block in whole)


def _answer(example: dict[str, Any], secret: str) -> dict[str, Any]:
    """The example with today's answer."""
    asked = example["request"]
    content = json.dumps(asked["content"]) if "content" in asked else ""
    response = Request(asked["method"], asked["address"], asked.get("headers", {}), content).send(secret)
    media_type = response["Content-Type"].split(";")[0]
    text = response.content.decode()
    answer = {
        "status": response.status_code,
        "media_type": media_type,
        "content": _without_references(json.loads(text)) if "json" in media_type else text,
    }
    return {"operation": example["operation"], "request": asked, **answer}


def _without_references(content: Any) -> Any:
    """The content without the schemas in it: generators of clients would look for what a `$ref` in an example leads to."""
    if not isinstance(content, dict):
        return content
    return {key: {} if '"$ref"' in json.dumps(value) else value for key, value in content.items()}


def test_examples_of_the_openapi_document_are_real(secret: str) -> None:
    now = [_answer(example, secret) for example in EXAMPLES]
    pairs = list(zip(EXAMPLES, now, strict=True))
    same = [comparable(pretty(before)) == comparable(pretty(after)) for before, after in pairs]
    if RECORDING:
        FILE.write_text(pretty([pair[0 if kept else 1] for pair, kept in zip(pairs, same, strict=True)]) + "\n")
    else:
        assert all(same), "run `make examples` to write them again"


def test_every_operation_has_an_example_that_fits_its_schema() -> None:
    document = json.loads(openapi())
    shown = set()
    for path in document["paths"].values():
        for operation in path.values():
            asked = [operation["requestBody"]] if "requestBody" in operation else []
            for status, answer in [("asked", each) for each in asked] + list(operation["responses"].items()):
                for content in answer.get("content", {}).values():
                    for example in content.get("examples", {}).values():
                        whole = {"components": document["components"], **content["schema"]}
                        OAS31Validator(whole, format_checker=OAS31Validator.FORMAT_CHECKER).validate(example["value"])
                        shown.add((operation["operationId"], status[:1]))
    operations = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert operations - {name for name, status in shown if status == "2"} == NEVER_SHOWN
    with_content = {"match_text", "log_claim", "change_claim_draft", "draft_review", "change_review_draft", "send_tip",
                    "send_correction_request"}  # fmt: skip
    assert {name for name, status in shown if status == "a"} == with_content


def test_every_example_is_of_an_answer_that_is_documented() -> None:
    operations = {
        operation["operationId"]: operation["responses"]
        for path in json.loads(openapi())["paths"].values()
        for operation in path.values()
    }
    for example in EXAMPLES:
        assert example["media_type"] in operations[example["operation"]][str(example["status"])]["content"], example

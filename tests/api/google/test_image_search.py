"""claims:imageSearch, with pictures that people changed, and with Google's own client."""

import base64
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client, override_settings
from googleapiclient.discovery import build

from factcheck.clean_room import door
from factcheck.editorial import pictures
from factcheck.editorial.captures.rights import set_public
from factcheck.editorial.captures.uploads import store_upload
from factcheck.editorial.models import Review
from factcheck.record.models import PublishedPicture
from factcheck.record.search.pictures import similar_reviews
from tests.support.drafts import Newsroom, make_newsroom
from tests.support.refusals import refused
from tests.support.scenes import as_bytes, crop, recompress, scene
from tests.support.serving import served

PATH = "/v1alpha1/claims:imageSearch"


def data_url(picture: Any, quality: int = 60) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(as_bytes(picture, quality=quality)).decode()}"


def closed_room(_pieces: Any) -> bytes:
    raise ConnectionRefusedError(111, "Connection refused")


def publish(newsroom: Newsroom, seed: int, text: str, language: str = "vi") -> Review:
    """A published review of a claim with a picture, which appeared at an address of its own."""
    claim = newsroom.make_claim(text=text, language=language)
    media = pictures.add_media(claim=claim, file=ContentFile(as_bytes(scene(seed))), by=newsroom.reporter)
    claim.appearances.update(media_sha256=media.sha256, url=f"https://social.example/{seed}.jpg")
    return newsroom.publish_new(claim, language=language)


@pytest.fixture(scope="module")
def newsroom(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """Three claims with pictures, of which one is withdrawn, and a draft with a picture."""
    newsroom = make_newsroom()
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files")):
        publish(newsroom, 1, "Ảnh chụp ở Huế.")
        publish(newsroom, 1, "The picture is from Hue.", "en")
        publish(newsroom, 2, "Ảnh chụp ở Hội An.")
        newsroom.withdraw_review(publish(newsroom, 3, "Đã rút."))
        draft = newsroom.make_claim(text="Bản nháp.")
        pictures.add_media(claim=draft, file=ContentFile(as_bytes(scene(4))), by=newsroom.reporter)
        yield newsroom


@pytest.fixture
def texts(google: Any, newsroom: Newsroom) -> Any:
    def search(uri: str, **query: Any) -> list[str]:
        response = google.send({"imageUri": uri, **query}, path=PATH)
        assert response.status_code == 200, response.content
        return [result["claim"]["text"] for result in json.loads(response.content).get("results", [])]

    return search


def test_changed_picture_finds_its_claims(texts: Any) -> None:
    for picture in (scene(2), crop(scene(2), 0.04), recompress(scene(2).resize((200, 133)), 30)):
        assert texts(data_url(picture)) == ["Ảnh chụp ở Hội An."]
    assert sorted(texts(data_url(scene(1)))) == ["The picture is from Hue.", "Ảnh chụp ở Huế."]
    assert texts(data_url(scene(1)), languageCode="en-US") == ["The picture is from Hue."]


def test_withdrawn_claims_drafts_and_other_pictures_are_not_found(texts: Any) -> None:
    for seed in (3, 4, 99):
        assert texts(data_url(scene(seed))) == []


def test_result_has_googles_form(google: Any, newsroom: Newsroom) -> None:
    found = json.loads(google.send({"imageUri": data_url(scene(2))}, path=PATH).content)
    review = Review.objects.get(claim__text="Ảnh chụp ở Hội An.")
    assert found["results"][0]["claim"]["claimReview"][0]["url"] == f"http://127.0.0.1:8000/reviews/{review.pk}/"
    assert found.keys() == {"results"}
    masked = google.send({"imageUri": data_url(scene(2)), "fields": "results.claim.text"}, path=PATH)
    assert json.loads(masked.content) == {"results": [{"claim": {"text": "Ảnh chụp ở Hội An."}}]}


def test_picture_is_a_question_on_the_site_and_in_the_api(newsroom: Newsroom) -> None:
    """Without a cookie. Ten in a minute are answered, and none larger than 5 MB."""
    review = Review.objects.get(claim__text="Ảnh chụp ở Hội An.")

    def ask(content: bytes, **headers: str) -> Any:
        return Client().post("/en/search/picture/", {"picture": SimpleUploadedFile("x.jpg", content)}, headers=headers)

    found = ask(as_bytes(recompress(scene(2).resize((200, 133)), 30)))
    assert (found.status_code, found.headers["Cache-Control"]) == (
        200,
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    assert f"/reviews/{review.pk}/" in found.content.decode()
    assert not found.cookies
    assert "No published review has a similar picture." in ask(as_bytes(scene(99))).content.decode()
    for content in (b"", b"<svg/>", bytes(5_020_000)):
        assert ask(content).status_code == 400
    send = partial(Client().post, "/api/v1/match/", content_type="image/jpeg")
    answer = send(as_bytes(crop(scene(2), 0.04)))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert [claim["id"] for claim in answer.json()["results"]] == [str(review.claim_id)]
    assert [send(content).status_code for content in (b"x", bytes(5_000_001))] == [422, 413]
    left = [send(as_bytes(scene(2))).status_code for _ in range(4)]
    assert (left[0], left[-1]) == (200, 429)
    assert ask(as_bytes(scene(2))).status_code == 429


def test_pages(google: Any, newsroom: Newsroom) -> None:
    query = {"imageUri": data_url(scene(1)), "pageSize": "1"}
    first = json.loads(google.send(query, path=PATH).content)
    second = json.loads(google.send({**query, "pageToken": first["nextPageToken"]}, path=PATH).content)
    assert "nextPageToken" not in second
    assert {page["results"][0]["claim"]["text"] for page in (first, second)} == {
        "The picture is from Hue.", "Ảnh chụp ở Huế.",
    }  # fmt: skip
    assert json.loads(google.send({**query, "offset": "1"}, path=PATH).content) == second
    other = {"imageUri": data_url(scene(2)), "pageToken": first["nextPageToken"]}
    assert "Start again without the token" in google.error(other, path=PATH)["message"]


def test_known_addresses_are_answered_and_others_are_not_fetched(texts: Any, google: Any) -> None:
    assert sorted(texts("https://social.example/1.jpg")) == ["The picture is from Hue.", "Ảnh chụp ở Huế."]
    for uri in (
        "https://image.example/1.png",
        "http://127.0.0.1/x",
        "gs://bucket/x",
        "ftp://x/y",
        "x",
        "http://[",
        "data:,",
    ):
        assert "doesn't fetch pictures" in google.error({"imageUri": uri}, path=PATH)["message"]
    assert "No live fact-check shows" in google.error({"imageUri": f"/pictures/{'0' * 64}.jpg"}, path=PATH)["message"]


@pytest.mark.parametrize(
    "uri",
    [
        "data:image/jpeg,abc", "data:image/jpeg;base64,@@", "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png;base64,",
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused(google: Any, newsroom: Newsroom, uri: str) -> None:
    error = google.error({"imageUri": uri}, path=PATH)
    assert error["details"][0]["fieldViolations"][0]["field"] == "imageUri"
    assert "This isn't a picture. Send a JPEG" in error["message"]


def test_large_picture_comes_as_a_form(newsroom: Newsroom) -> None:
    form = urlencode({"imageUri": data_url(scene(2).resize((1600, 1067)), 90)})
    assert len(form) > 100_000
    response = Client().post(
        PATH, form, content_type="application/x-www-form-urlencoded", headers={"X-HTTP-Method-Override": "GET"}
    )
    assert [each["claim"]["text"] for each in json.loads(response.content)["results"]] == ["Ảnh chụp ở Hội An."]
    response = Client().post(
        PATH, "imageUri=" + "a" * 3_000_000, content_type="application/x-www-form-urlencoded",
        headers={"X-HTTP-Method-Override": "GET"},
    )  # fmt: skip
    assert (response.status_code, json.loads(response.content)["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_googles_client_searches(newsroom: Newsroom, settings: Any) -> None:
    with served() as site, build("factchecktools", "v1alpha1", developerKey="any", static_discovery=True,
                                 client_options={"api_endpoint": site}) as service:  # fmt: skip
        found = service.claims().imageSearch(imageUri=data_url(scene(2))).execute()
    assert [each["claim"]["text"] for each in found["results"]] == ["Ảnh chụp ở Hội An."]


def test_picture_in_a_text_is_found_by_its_address(database: str, settings: Any, tmp_path: Path, google: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    newsroom = make_newsroom()
    review = newsroom.make_review()
    picture = pictures.add_picture(review=review, file=ContentFile(as_bytes(scene(7))), by=newsroom.reporter)
    Review.objects.filter(pk=review.pk).update(body=f"![Mái chùa](/{picture.name})")
    newsroom.publish_review(review)
    for uri in (f"http://127.0.0.1:8000/{picture.name}", data_url(scene(7))):
        assert len(json.loads(google.send({"imageUri": uri}, path=PATH).content)["results"]) == 1


def test_public_capture_that_is_a_picture_is_found(
    database: str, settings: Any, tmp_path: Path, google: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    newsroom = make_newsroom()
    review = newsroom.make_review()
    source = review.sources.get(position=0)
    file = SimpleUploadedFile("x.png", as_bytes(scene(8), "PNG"))
    capture = store_upload(row=source, file=file, by=newsroom.reporter)
    review.sources.filter(position=0).update(no_capture_reason="")
    newsroom.publish_review(review)
    query = {"imageUri": data_url(crop(scene(8), 0.03))}
    assert json.loads(google.send(query, path=PATH).content) == {}
    with monkeypatch.context() as patch, refused("no_clean_room"):
        patch.setattr(door, "_exchange", closed_room)
        set_public(capture=capture, by=newsroom.editor, public=True, alt="Mái chùa")
    set_public(capture=capture, by=newsroom.editor, public=True, alt="Mái chùa")
    assert len(json.loads(google.send(query, path=PATH).content)["results"]) == 1
    set_public(capture=capture, by=newsroom.editor, public=False)
    assert json.loads(google.send(query, path=PATH).content) == {}


@pytest.mark.prove
def test_search_among_100_000_pictures(database: str) -> None:
    import time

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO record_publishedpicture (review_id, sha256, media_type, whole_hash, inner_hash)"
            " SELECT gen_random_uuid(), encode(sha256(n::text::bytea), 'hex'), 'image/jpeg',"
            " ('x' || md5(n::text))::bit(64)::bigint, ('x' || md5('i' || n))::bit(64)::bigint"
            " FROM generate_series(1, 100000) n"
        )
        cursor.execute("ANALYZE record_publishedpicture")
    kept = PublishedPicture.objects.first()
    assert kept is not None
    begun = time.perf_counter()
    assert kept.whole_hash is not None
    found = similar_reviews([kept.whole_hash, kept.whole_hash ^ 1, 3, 4])
    print(f"{time.perf_counter() - begun:.3f} s")
    assert found == {kept.review_id: 0}
    assert time.perf_counter() - begun < 10


def test_search_without_the_clean_room_is_told_to_wait(
    google: Any, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_exchange", closed_room)
    response = google.send({"imageUri": data_url(scene(1))}, path=PATH)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")

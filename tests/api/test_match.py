"""`/match/`: has this been checked already?"""

import json
import unicodedata
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from api.views import match
from factcheck.editorial import similar_claims
from factcheck.record.matching import candidates, matches
from factcheck.record.matching.embeddings import BUSY
from tests.api.conftest import Api
from tests.support.drafts import FLOOD, Newsroom, Review, make_scale


def publish(newsroom: Newsroom, text: str) -> Review:
    return newsroom.publish_new(newsroom.make_claim(text=text), headline=text)


def post(api: Api, content: Any, **headers: str) -> HttpResponse:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return api.client.post("/api/v1/match/", data, content_type="application/json", headers=headers)


def listed(answer: dict[str, Any]) -> list[Any]:
    """The claims of all three lists."""
    return [*answer["results"], *answer["related"], *answer["candidates"]]


def test_match_answers_with_claim_and_reviews(api: Api, newsroom: Newsroom) -> None:
    review = publish(newsroom, "Nước lũ đã lên tới mái chùa.")
    publish(newsroom, "Trà đá chữa cảm.")
    content = api.get("match/", {"text": "nuoc lu len toi mai chua roi ba con oi", "limit": "1"})
    [result] = content["related"]
    assert result["claim"] == api.get(f"claims/{review.claim_id}/")
    assert result["reviews"] == [api.get(f"reviews/{review.id}/")]
    assert (content["method"], content["explanation"]) == ("words", "Matching by meaning is switched off on this site.")
    assert content["threshold"] <= result["score"] <= 1
    assert result["judged_by"] == "words"
    assert result["matched"] == {
        "words": pytest.approx(0.6, abs=0.15),
        "differs": [],
        "asked": ["roi", "con", "oi"],
        "checked": [],
    }


def test_match_lists_claims_below_the_threshold_as_candidates(api: Api, newsroom: Newsroom) -> None:
    flood = publish(newsroom, "Nước lũ đã lên tới mái chùa ở Huế.")
    roof = publish(newsroom, "Mái nhà của ông Nam bay theo bão.")
    content = api.get("match/", {"text": "Nước lũ đã lên tới mái chùa ở Huế"})
    assert [each["claim"]["id"] for each in content["results"]] == [str(flood.claim_id)]
    [candidate] = content["candidates"]
    assert candidate["claim"] == {"id": str(roof.claim_id), "text": "Mái nhà của ông Nam bay theo bão."}
    assert candidate["url"] == api.get(f"reviews/{roof.pk}/")["url"]
    assert 0 <= candidate["score"] < content["threshold"]


def test_answer_in_brief_has_at_most_1000_bytes_for_each_result(api: Api, newsroom: Newsroom) -> None:
    text = "Nước lũ đã lên tới mái chùa ở Huế. " * 20
    claim = newsroom.make_claim(text=text)
    reviews = [newsroom.publish_new(claim, headline="Video cũ " * 10) for _ in range(6)]
    content = api.get("match/", {"text": text, "view": "brief"})
    api.validate({"$ref": "#/components/schemas/BriefMatching"}, content)
    [result] = content["results"]
    assert 800 < len(json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode()) <= 1000
    assert text.startswith(result["claim"]["text"].removesuffix("…"))
    shown = [each["url"].split("/")[-2] for each in result["reviews"]]
    assert shown == [str(each.pk) for each in reversed(reviews)][: len(shown)]
    assert 1 <= len(shown) == 6 - result["reviews_left_out"]
    verdict = {"label": "Sai", "scale": "truth", "slug": "false"}
    assert (result["reviews"][0]["verdict"], result["reviews"][0]["language"]) == (verdict, "vi")
    answer = f"“{text[:57].rstrip()}…” – Sai. Lý do: Đoạn video được quay năm 2020."
    assert {each["answer"] for each in result["reviews"]} == {answer}


@pytest.mark.parametrize("view", ["brief", "full"])
def test_answer_without_a_result_has_at_most_2000_bytes(api: Api, newsroom: Newsroom, view: str) -> None:
    for number in range(8):
        newsroom.publish_claim(f"Ông Nam số {number} cho biết nước lũ đã lên tới mái chùa vào sáng sớm. " * 20)
    content = api.get("match/", {"text": "Cô Lan bán trà đá ở chợ Đông Ba từ sáng sớm", "view": view})
    assert (content["results"], len(content["candidates"])) == ([], 5)
    assert len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()) <= 2000


def test_match_with_only_some_fields(api: Api, newsroom: Newsroom) -> None:
    publish(newsroom, FLOOD)
    fields = ["claim.text", "reviews.verdict.slug", "score"]
    asked = {"text": FLOOD, "fields": ",".join(fields)}
    content = api.send(f"match/?{urlencode(asked)}").json()
    [result] = content["results"]
    assert result == {"claim": {"text": FLOOD}, "reviews": [{"verdict": {"slug": "false"}}], "score": result["score"]}
    assert content["method"] == "words"
    assert json.loads(post(api, {"text": FLOOD, "fields": fields}).content) == content
    [brief] = api.send(f"match/?{urlencode(asked)}&view=brief").json()["results"]
    assert brief == result


def test_date_of_the_post_replaces_the_date_in_the_text(api: Api, newsroom: Newsroom) -> None:
    newsroom.publish_new(newsroom.make_claim(text=FLOOD), reviewed_on=date(2026, 10, 5))

    def score(text: str, **more: Any) -> float:
        [found] = listed(api.get("match/", {"text": text, **more}))
        return float(found["score"])

    written = "nước lũ mái chùa\n2015-01-01"
    assert score(written, posted="2026-10-04") > score(written) == score(written, posted="2015-01-01")
    batch = {"texts": [written, written], "posted": [None, "2026-10-04"]}
    answers = json.loads(post(api, batch).content)["answers"]
    scores = [listed(each)[0]["score"] for each in answers]
    assert scores == [score(written), score(written, posted="2026-10-04")]
    assert json.loads(post(api, {"text": written, "posted": "2026-10-04"}).content) == api.get(
        "match/", {"text": written, "posted": "2026-10-04"}
    )


def test_match_says_what_differs(api: Api, newsroom: Newsroom) -> None:
    publish(newsroom, "Nước lũ đã lên tới mái chùa ở Huế năm 2020.")
    content = api.get("match/", {"text": "Nước lũ chưa lên tới mái chùa ở Huế năm 2019"})
    [match] = content["related"]
    assert match["matched"]["differs"] == ["negation", "date"]
    assert (match["matched"]["asked"], match["matched"]["checked"]) == (["chưa", "2019"], ["đã", "2020"])


def test_match_of_merged_claims_is_the_one_that_shows_both(api: Api, newsroom: Newsroom) -> None:
    gone, kept = publish(newsroom, "Nước lũ lên tới mái chùa."), publish(newsroom, "Ngôi chùa chìm trong lũ.")
    newsroom.merge_claims(gone.claim, kept.claim)
    [result] = api.get("match/", {"text": "Nước lũ lên tới mái chùa"})["results"]
    assert result["claim"]["id"] == str(kept.claim_id)
    assert {review["id"] for review in result["reviews"]} == {str(gone.id), str(kept.id)}


def test_reviews_of_claims_that_say_the_same_are_one_match(api: Api, newsroom: Newsroom) -> None:
    """A claim with an additional word isn't put together with them. It can say something else."""
    first = publish(newsroom, "Nước lũ đã lên tới mái chùa ở Huế")
    copy = publish(newsroom, "Nước lũ đã lên tới mái chùa ở Huế!")
    longer = publish(newsroom, "Nước lũ khó lên tới mái chùa ở Huế")
    against = publish(newsroom, "Nước lũ chưa lên tới mái chùa ở Huế")
    asked = {"text": "Nước lũ đã lên tới mái chùa ở Huế."}
    content = api.get("match/", asked)
    [match] = content["results"]
    same = {str(first.claim_id), str(copy.claim_id)}
    assert match["claim"]["id"] in same
    judged = {each["claim"]["id"]: each["says_the_same"] for each in match["others"]}
    assert judged == dict.fromkeys(same - {match["claim"]["id"]}, True)
    assert [each["language"] for other in match["others"] for each in other["reviews"]] == ["vi"]
    assert match["verdicts"] == "agree"
    others = {each["claim"]["id"] for each in (*content["related"], *content["candidates"])}
    assert others == {str(against.claim_id), str(longer.claim_id)}
    [brief] = api.get("match/", {**asked, "view": "brief"})["results"]
    assert len(json.dumps(brief, ensure_ascii=False, separators=(",", ":")).encode()) <= 1000
    shown = sum(len(each["reviews"]) for each in (brief, *brief["others"]))
    assert shown == 2 - brief["reviews_left_out"]


def test_match_says_whether_the_verdicts_of_a_group_conflict(api: Api, newsroom: Newsroom) -> None:
    claim = newsroom.make_claim(text=FLOOD)
    newsroom.publish_new(claim, headline=FLOOD)

    def verdicts() -> object:
        return api.get("match/", {"text": FLOOD})["results"][0]["verdicts"]

    assert verdicts() is None
    newsroom.publish_new(claim, headline=FLOOD, verdict=make_scale().verdicts.get(slug="true"))
    assert verdicts() == "conflict"


def test_verdicts_are_compared_only_if_the_claims_say_the_same_as_the_text(api: Api, newsroom: Newsroom) -> None:
    """A claim is in the words of the match, but the text is in the words of a claim that was merged into it."""
    gone, kept = publish(newsroom, "Nước lũ lên tới mái chùa."), publish(newsroom, "Ngôi chùa chìm trong lũ.")
    newsroom.merge_claims(gone.claim, kept.claim)
    claim = newsroom.make_claim(text="Ngôi chùa chìm trong lũ!")
    newsroom.publish_new(claim, headline=claim.text, verdict=make_scale().verdicts.get(slug="true"))
    [match] = api.get("match/", {"text": "Nước lũ lên tới mái chùa"})["results"]
    assert match["claim"]["id"] == str(kept.claim_id)
    assert [each["says_the_same"] for each in match["others"]] == [False]
    assert match["verdicts"] == "agree"


def test_match_of_more_claims_takes_no_more_queries(api: Api, newsroom: Newsroom) -> None:
    for text in ("Nước lũ lên tới mái chùa.", "Nước lũ lên tới mái đình.", "Nước lũ lên tới mái trường."):
        publish(newsroom, text)
    for limit in (1, 3):
        with CaptureQueriesContext(connections["public"]) as queries:
            found = api.get("match/", {"text": "nuoc lu len toi mai", "limit": limit})
        assert (len(listed(found)), len(queries)) == (limit, 6)


def test_match_by_post_is_the_same_and_kept_nowhere(api: Api, newsroom: Newsroom) -> None:
    publish(newsroom, "Nước lũ đã lên tới mái chùa.")
    response = post(api, {"text": "Nước lũ đã lên tới mái chùa", "limit": 3}, **{"If-None-Match": "*"})
    assert response.status_code == 200
    assert json.loads(response.content) == api.get("match/", {"text": "Nước lũ đã lên tới mái chùa", "limit": 3})
    same = post(api, {"text": "Nước lũ đã lên tới mái chùa", "limit": 3.0})
    assert same.content == response.content
    assert response["Cache-Control"] == "no-store"
    assert not response.has_header("ETag")
    media = api.document["paths"]["/api/v1/match/"]["post"]["responses"]["200"]["content"]["application/json"]
    api.validate(media["schema"], json.loads(response.content))


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ({}, [("text", "This value is missing.")]),
        ({"text": " "}, [("text", "This field cannot be blank.")]),
        ({"text": "x" * 5001}, [("text", "Write at most 5000 characters. This text has 5001.")]),
        ({"text": "a", "limit": "21"}, [("page_size", "This is outside the range. Send a number from 1 to 20.")]),
        ({"text": ["a", "b"]}, [("text", "Send this parameter only once.")]),
        ({"text": "a", "posted": "5.10.2026"}, [("posted", "Give a date such as 2026-10-05.")]),
        ({"text": "a", "view": "short"}, [("view", "Use one of these values: brief, full.")]),
        (
            {"text": "a", "fields": "claim.txt"},
            [("fields", "There isn't a field claim.txt. Did you mean claim.text or claim?")],
        ),
        (
            {"text": "a", "q": "b"},
            [("q", "This URL doesn't have this parameter. Use one of page_size, view, fields, text, posted.")],
        ),
    ],
)
def test_match_says_what_is_wrong(api, module_database, query, errors):
    assert api.problem("match/", query)["errors"] == [{"parameter": name, "detail": said} for name, said in errors]


def test_match_that_takes_too_long_is_refused(api: Api, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty answer would say that nobody has checked it."""
    publish(newsroom, "Nước lũ")
    monkeypatch.setattr(matches, "SECONDS", 0.05)
    monkeypatch.setattr(candidates, "_CANDIDATES", "SELECT pg_sleep(5) WHERE %(most)s > 0")
    problem = api.problem("match/", {"text": "Nước lũ"}, status=503)
    assert problem["type"].endswith("/problems/unavailable/")
    assert problem["detail"] == "The database took too long to compare this text. Send it again in 10 seconds."
    refused = post(api, {"text": "Nước lũ"})
    assert (refused.status_code, refused["Retry-After"]) == (503, "10")
    with pytest.raises(similar_claims.MeaningNotCompared):  # so that an import's claim does not count as compared
        similar_claims.find_similar("Nước lũ")


def test_match_counts_characters_as_it_reads_them(api: Api, newsroom: Newsroom) -> None:
    """With its marks apart, as some systems write Vietnamese, a text has up to three times as many."""
    flood = "Nước lũ đã lên tới mái chùa."
    publish(newsroom, flood)
    text = "ệ" * 4900 + " " + flood
    apart = unicodedata.normalize("NFD", text)
    assert len(apart) > 14_000
    found = json.loads(post(api, {"text": apart}).content)
    assert [each["claim"]["text"] for each in listed(found)] == [flood]
    assert found == json.loads(post(api, {"text": text}).content)
    assert post(api, {"text": apart + "a" * 100}).status_code == 422


@pytest.mark.parametrize(
    ("content", "status", "pointers"),
    [
        (b"[", 400, None), (b"\xff", 400, None), (b'{"text": "\\ud800"}', 400, None), (b"[" * 50_000, 400, None),
        (b"[]", 422, ["#"]), (b'"text"', 422, ["#"]), (b"{}", 422, ["#/text"]), (b'{"text": 1}', 422, ["#/text"]),
        (b'{"text": null}', 422, ["#/text"]), (b'{"text": "a", "limit": true}', 422, ["#/page_size"]),
        (b'{"text": "a", "limit": "3"}', 422, ["#/page_size"]), (b'{"text": "a", "page": 1}', 422, ["#/page"]),
        (b'{"text": "a", "a/b~c": 1, "": 2, "limit": 0}', 422, ["#/page_size", "#/a~1b~0c", "#/"]),
        (b'{"text": "' + b"a" * 70_000 + b'"}', 422, ["#/text"]), (b" " * 1_000_001, 413, None),
    ],
)  # fmt: skip
def test_match_by_post_refuses_what_is_no_question(api, module_database, content, status, pointers):
    response = post(api, content)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    found = json.loads(response.content).get("errors")
    assert (found and [each["pointer"] for each in found]) == pointers


def test_match_by_post_passes_over_nothing_in_the_address(api: Api, module_database: str) -> None:
    response = api.client.post("/api/v1/match/?limit=1&lang=vi", b'{"text": "a"}', content_type="application/json")
    assert response.status_code == 400
    detail = "A POST can't have parameters in its URL. Send them in the JSON object."
    assert json.loads(response.content)["errors"] == [
        {"parameter": "limit", "detail": detail},
        {"parameter": "lang", "detail": detail},
    ]


def test_match_by_post_tells_of_so_many_unknown_keys(api: Api, module_database: str) -> None:
    response = post(api, dict.fromkeys(map(str, range(9_000)), 1) | {"text": "a"})
    assert response.status_code == 422
    errors = json.loads(response.content)["errors"]
    assert [each["pointer"] for each in errors] == [f"#/{number}" for number in range(50)]


@pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}])
def test_match_without_a_length_is_refused(api: Api, module_database: str, headers: dict[str, str]) -> None:
    response = post(api, b"", **headers)
    assert (response.status_code, response["Content-Type"]) == (411, "application/problem+json")


@pytest.mark.parametrize(
    "text", ["x" * 5000, "\u202eabc\u202c", "a\r\nb", "é" * 2500, "🤷" * 5000, "'); DROP TABLE --"]
)
def test_match_takes_any_text(api: Api, module_database: str, text: str) -> None:
    assert json.loads(post(api, {"text": text}).content)["results"] == []


def test_other_addresses_take_no_post(api: Api, module_database: str) -> None:
    assert api.client.post("/api/v1/claims/", b"{}", content_type="application/json").status_code == 405
    assert api.send("match/").has_header("Link")


def test_batch_has_the_answer_of_each_text_in_order(api: Api, newsroom: Newsroom) -> None:
    flood, tea = publish(newsroom, "Nước lũ đã lên tới mái chùa."), publish(newsroom, "Trà đá chữa cảm.")
    texts = ["Nước lũ lên tới mái chùa", "Trà đá chữa cảm", "Nước lũ lên tới mái chùa", "?"]
    response = post(api, {"texts": texts, "limit": 1})
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    content = json.loads(response.content)
    assert content == {"answers": [json.loads(post(api, {"text": text, "limit": 1}).content) for text in texts]}
    best = [listed(each)[0]["claim"]["id"] for each in content["answers"][:3]]
    assert best == [str(flood.claim_id), str(tea.claim_id), str(flood.claim_id)]
    media = api.document["paths"]["/api/v1/match/"]["post"]["responses"]["200"]["content"]["application/json"]
    api.validate(media["schema"], content)


@pytest.mark.parametrize(
    ("content", "pointers"),
    [
        ({"texts": []}, ["#/texts"]),
        ({"texts": "a"}, ["#/texts"]),
        ({"texts": ["a"] * 51}, ["#/texts"]),
        ({"texts": ["a", " ", "b", "x" * 5001, None, "a\x00b"]}, ["#/texts/1", "#/texts/3", "#/texts/4", "#/texts/5"]),
        ({"texts": ["a"], "text": "a"}, ["#/text"]),
        ({"texts": [""], "limit": 21, "texts/0": 1}, ["#/page_size", "#/texts/0", "#/texts~10"]),
        ({"texts": ["a", "b"], "posted": ["2026-10-05"]}, ["#/posted"]),
        ({"texts": ["a", "b"], "posted": [None, "5.10.2026"]}, ["#/posted/1"]),
    ],
)
def test_batch_names_the_texts_that_are_wrong(api, module_database, content, pointers):
    response = post(api, content)
    assert response.status_code == 422
    assert [error["pointer"] for error in json.loads(response.content)["errors"]] == pointers


def test_batch_counts_as_many_requests_as_it_has_texts(api, module_database, settings, tmp_path):
    settings.SEARCH_RATE_LIMIT = "10/h"
    response = post(api, {"texts": ["a"] * 8})
    assert response.status_code == 200
    assert 'search";r=2;' in response["RateLimit"]
    refused = post(api, {"texts": ["a"] * 5})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert json.loads(refused.content)["detail"] == "This batch counts as 5 requests."


def test_batch_that_takes_too_long_is_refused(api: Api, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matches, "BATCH_SECONDS", 0.0)
    response = post(api, {"texts": ["Nước lũ", "Mái chùa"]})
    assert response.status_code == 503
    assert "Send fewer texts at a time" in json.loads(response.content)["detail"]


def test_rest_of_a_batch_that_takes_long_is_compared_by_words(api, newsroom, monkeypatch, settings) -> None:
    settings.EMBEDDINGS_URL = ""
    monkeypatch.setattr(matches, "VECTOR_SECONDS", 0.0)
    response = post(api, {"texts": ["Nước lũ dâng", "Mái chùa"]})
    answers = json.loads(response.content)["answers"]
    assert [(each["method"], each["explanation"]) for each in answers] == [("words", BUSY)] * 2
    assert response["Factcheck-Left-Out"] == "meaning"


def test_batch_lets_other_matches_run_between_its_texts(api, module_database, monkeypatch):
    pauses: list[None] = []
    monkeypatch.setattr(match, "give_way", lambda: pauses.append(None))
    post(api, {"texts": ["Nước lũ", "Mái chùa", "Trà đá"]})
    assert len(pauses) == 4


def test_pauses_of_a_batch_take_no_time_from_it(api, newsroom, monkeypatch, settings) -> None:
    settings.EMBEDDINGS_URL = ""
    monkeypatch.setattr(matches, "VECTOR_SECONDS", 3.0)
    monkeypatch.setattr(matches, "BATCH_SECONDS", 3.0)
    pauses: list[None] = []
    clock = [0.0]

    def wait() -> None:
        pauses.append(None)
        clock[0] += 2.0

    monkeypatch.setattr(match, "give_way", wait)
    monkeypatch.setattr(matches.time, "monotonic", lambda: clock[0])
    response = post(api, {"texts": ["Nước lũ dâng", "Mái chùa", "Trà đá"]})
    assert response.status_code == 200
    assert "Factcheck-Left-Out" not in response
    assert len(pauses) == 2  # and after the time of a batch, it doesn't wait again

"""Feeds: what readers of feeds find in them, in three formats, page by page, whatever the texts hold."""

import json
import re
from datetime import UTC, date, datetime
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import feedparser
import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from api.feeds.feed_formats import Entry, write_feed
from factcheck.editorial.models import Topic, TopicLabel
from factcheck.record.formats.text import plain
from factcheck.record.models import LogEntry
from tests.api.published import make_imported
from tests.support.drafts import Newsroom, make_newsroom, make_scale

HOSTILE = "]]><script>alert(1)</script>&amp; \"'<b>‮שלום 🌊"
KINDS = ("atom", "rss", "json")
# The text and the sources of `Newsroom.make_review`.
FLOOD = (
    "<h2>Video nước lũ là của năm 2020</h2><p>Đoạn video <strong>không</strong> quay năm nay.</p>\n<h2>Nguồn</h2><ol>"
    '<li><a href="https://source.example/1" rel="nofollow">Nguồn 1</a></li>'
    '<li><a href="https://source.example/2" rel="nofollow">Nguồn 2</a></li></ol>'
)


@pytest.fixture(scope="module")
def world(module_database):
    """Published in this order: flood, tea, hostile, gone, imported; then flood is corrected, gone withdrawn."""
    newsroom, other = make_newsroom(), make_newsroom("other.example")
    flood = newsroom.make_review()
    topic = Topic.objects.create(slug="floods")
    TopicLabel.objects.create(topic=topic, language="vi", label="Lũ lụt")
    flood.claim.topics.add(topic)
    tea = other.make_review(other.make_claim(text="Trà.", language="en"), headline="Tea", language="en")
    hostile = newsroom.make_review(
        newsroom.make_claim(text=HOSTILE), headline=HOSTILE, summary=HOSTILE,
        body=f"# {HOSTILE}\n\n[x](javascript:alert(1)) ![i](https://i.example/1.png)\n\n<img src=x onerror=alert(1)>",
    )  # fmt: skip
    hostile.replies.create(type="organization", name="Sở Y tế", asked_on="2026-10-03", answer=HOSTILE)
    hostile.replies.create(type="unnamed", description="chủ tiệm", asked_on="2026-10-04", no_answer=True)
    gone = newsroom.make_review(newsroom.make_claim(text="Bị rút."), headline="Rút lại")
    for room, review in ((newsroom, flood), (other, tea), (newsroom, hostile), (newsroom, gone)):
        room.publish_review(review)
    imported = make_imported(newsroom, "https://outra.example/1", headline="Chá", summary="Não.", body="")
    newsroom.publish_review(imported)
    newsroom.correct_review(flood, verdict=make_scale().verdicts.get(slug="true"))
    newsroom.correct_review(gone, summary="Khác.")
    newsroom.withdraw_review(gone)
    return SimpleNamespace(
        newsroom=newsroom, **{name: str(found.pk) for name, found in locals().items() if hasattr(found, "headline")}
    )


ALL = {"origin": ["own", "imported"]}


def read(api, address, query=None):
    response = api.client.get(f"/feeds/{address}", query)
    assert response.status_code == 200, response.content
    if address.endswith(".json"):
        return json.loads(response.content)
    ET.fromstring(response.content)  # noqa: S314 (our own): well-formed
    found = feedparser.parse(response.content)
    assert not found.bozo, found.get("bozo_exception")
    return found


def ids(api, address, query=None):
    found = read(api, address, query)
    return [item["id"] for item in (found["items"] if address.endswith(".json") else found.entries)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_changed_last_comes_first_and_withdrawn_reviews_leave(world, api, kind):
    expected = [world.flood, world.imported, world.hostile, world.tea]
    assert ids(api, f"reviews.{kind}", ALL) == [f"urn:uuid:{pk}" for pk in expected]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"language": "en"}, ["tea"]),
        ({"verdict": "true"}, ["flood"]),
        ({"topic": "floods"}, ["flood"]),
        ({"publisher": "other.example"}, ["tea"]),
        ({"language": ["en", "vi"], "verdict": "false"}, ["hostile", "tea"]),
        ({"q": "chùa"}, ["flood"]),
        ({"topic": "nothing"}, []),
    ],
)
def test_filters_are_those_of_the_lists(world, api, kind, query, expected):
    assert ids(api, f"reviews.{kind}", query) == [f"urn:uuid:{getattr(world, name)}" for name in expected]


@pytest.mark.parametrize(
    "query",
    [{"langauge": "vi"}, {"content": "half"}, {"verdict": ""}, {"sort": "published_at"}, {"fields": "revision"}],
)
@pytest.mark.parametrize("address", ["reviews.rss", "corrections.json"])
def test_wrong_parameters_are_refused(world, api, address, query):
    response = api.client.get(f"/feeds/{address}", query)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert [error["parameter"] for error in json.loads(response.content)["errors"]] == list(query)


def test_atom_entry(world, api):
    response = api.client.get("/feeds/reviews.atom", {"verdict": "true"})
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    atom = {"a": "http://www.w3.org/2005/Atom"}
    feed = ET.fromstring(response.content)  # noqa: S314 (our own)
    entry = feed.find("a:entry", atom)
    first, corrected = (LogEntry.objects.get(subject=world.flood, number=number) for number in (1, 2))
    assert {child.tag.partition("}")[2]: child.text for child in entry} == {
        "title": "“Nước lũ ở Huế đã lên tới mái chùa.” – Đúng – Toà soạn kiemchung.example",
        "link": None,
        "published": first.at.isoformat(),
        "updated": corrected.at.isoformat(),
        "author": None,
        "id": f"urn:uuid:{world.flood}",
        "summary": "<p>“Nước lũ ở Huế đã lên tới mái chùa.” – Đúng. Lý do: Sai. Đoạn video được quay năm 2020.</p>",
        "content": f"<p>“Nước lũ ở Huế đã lên tới mái chùa.” – Đúng. Lý do: Sai. Đoạn video được quay năm 2020.</p>{FLOOD}",
        "category": None,
        "rights": "https://creativecommons.org/licenses/by/4.0/",
    }
    page = f"http://127.0.0.1:8000/reviews/{world.flood}/"
    links = {link.get("rel"): link.get("href") for link in entry.findall("a:link", atom)}
    assert links == {"alternate": page, "via": f"{page}revisions/2/", "enclosure": f"{page}share/"}
    assert entry.find("a:author/a:name", atom).text == "Toà soạn kiemchung.example"
    assert entry.find("a:author/a:uri", atom).text == "https://kiemchung.example/"
    assert entry.find("a:category", atom).get("term") == "floods"
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "vi"
    assert feed.find("a:updated", atom).text == corrected.at.isoformat()
    assert feed.find("a:id", atom).text == "http://127.0.0.1:8000/feeds/reviews.atom?verdict=true"


def test_rss_item(world, api):
    response = api.client.get("/feeds/reviews.rss", {"topic": "floods"})
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    (item,) = ET.fromstring(response.content).findall("channel/item")  # noqa: S314 (our own)
    found = {child.tag.partition("}")[2] or child.tag: child.text for child in item}
    assert found["guid"] == f"urn:uuid:{world.flood}"
    assert item.find("guid").get("isPermaLink") == "false"
    picture = f"http://127.0.0.1:8000/reviews/{world.flood}/share/"
    assert item.find("enclosure").attrib == {"url": picture, "length": "0", "type": "image/png"}
    assert (found["language"], found["creator"]) == ("vi", "Toà soạn kiemchung.example")
    assert found["updated"] == LogEntry.objects.get(subject=world.flood, number=2).at.isoformat()


def test_json_feed_escapes_urls_of_publishers():
    """As Django does in Atom and RSS."""
    now = datetime(2026, 10, 4, tzinfo=UTC)
    entry = Entry("1", "https://huế.example/tin?q=lũ lụt", "Lũ", "vi", "Huế", "https://outra.example/về", now, now,
                  [], None, [], "https://license.example/", "https://here.example/")  # fmt: skip
    content, _ = write_feed(
        "json", "Lũ", "Lũ", "vi", "https://here.example/", "https://here.example/", [entry], {"first": ""}
    )
    (item,) = json.loads(content)["items"]
    assert item["url"] == "https://hu%E1%BA%BF.example/tin?q=l%C5%A9%20l%E1%BB%A5t"
    assert item["authors"][0]["url"] == "https://outra.example/v%E1%BB%81"


def test_json_feed_keeps_its_rules(world, api):
    """JSON Feed 1.1: what must be there, of which type, and no null."""
    response = api.client.get("/feeds/reviews.json", {"page_size": 2})
    assert response["Content-Type"] == "application/feed+json"
    feed = json.loads(response.content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["home_page_url"] == "http://127.0.0.1:8000/"
    assert feed["feed_url"] == "http://127.0.0.1:8000/feeds/reviews.json?page_size=2"
    assert set(feed) == {"version", "title", "description", "home_page_url", "feed_url", "next_url", "items"}
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item["content_html"]
        assert item["authors"]
        assert all(isinstance(tag, str) for tag in item["tags"])
        assert item["date_modified"].endswith("Z")
        assert item["image"] == f"http://127.0.0.1:8000/reviews/{item['id'].removeprefix('urn:uuid:')}/share/"
        assert None not in [*item.values(), *item["authors"][0].values()]
    last = read(api, "reviews.json", {"page_size": 100})
    assert "next_url" not in last


@pytest.mark.parametrize("kind", KINDS)
def test_pages_lead_through_all_entries(world, api, kind):
    first = f"http://127.0.0.1:8000/feeds/reviews.{kind}?page_size=1&language=vi&origin=own&origin=imported"
    address, seen, links = first, [], []
    while address:
        content = api.client.get(address.removeprefix("http://127.0.0.1:8000")).content
        found = json.loads(content) if kind == "json" else feedparser.parse(content)
        seen += [item["id"] for item in (found["items"] if kind == "json" else found.entries)]
        links.append({} if kind == "json" else {link["rel"]: link["href"] for link in found.feed.links})
        address = found.get("next_url") if kind == "json" else links[-1].get("next")
    assert seen == [f"urn:uuid:{pk}" for pk in (world.flood, world.imported, world.hostile)]
    if kind != "json":
        assert [each["first"] for each in links] == [first] * 3
        assert ["previous" in each for each in links] == [False, True, True]
        assert links[1]["self"] == links[0]["next"]


@pytest.mark.parametrize("kind", KINDS)
def test_full_text_is_sanitised_html(world, api, kind):
    query = {"content": "full", "publisher": "kiemchung.example", "verdict": "false"}
    found = read(api, f"reviews.{kind}", query)
    (item,) = found["items"] if kind == "json" else found.entries
    raw = api.client.get(f"/feeds/reviews.{kind}", query).content.decode()
    if kind == "json":
        html, title = item["content_html"], item["title"]
    else:
        root = ET.fromstring(raw)  # noqa: S314 (our own); feedparser would clean what it reads
        tag = {
            "atom": "{http://www.w3.org/2005/Atom}content",
            "rss": "{http://purl.org/rss/1.0/modules/content/}encoded",
        }
        html, title = next(root.iter(tag[kind])).text, item.title
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript:' not in html
    assert 'href="https://i.example/1.png"' in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert html.startswith("<p>“]]&gt;&lt;script&gt;")
    replies = "<h2>Quyền phản hồi</h2><ol><li>Sở Y tế (ngày hỏi 3/10/2026)<blockquote>]]&gt;&lt;script&gt;"
    assert replies in html
    assert "<li>chủ tiệm (ngày hỏi 4/10/2026)<p>" in html
    if kind != "rss":  # feedparser takes a title of RSS for HTML, and cleans it
        assert plain(HOSTILE) in title or kind == "atom"


def test_summary_is_escaped_html(world, api):
    (item,) = read(api, "reviews.json", {"ids": world.hostile, "content": "summary"})["items"]
    shown = "]]&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp; &quot;&#x27;&lt;b&gt;שלום 🌊"
    assert item["content_html"] == f"<p>“{shown}” – Sai. Lý do: {shown}</p>"
    assert item["title"] == f"“{plain(HOSTILE)}” – Sai – Toà soạn kiemchung.example"
    assert item["summary"] == f"“{plain(HOSTILE)}” – Sai. Lý do: {plain(HOSTILE)}"


def test_imported_review_has_its_publishers_words(world, api):
    (item,) = read(api, "reviews.json", {"ids": world.imported})["items"]
    assert (item["summary"], item["language"]) == ("“O chá cura.” – Pants on Fire. Lý do: Não.", "vi")
    assert item["authors"] == [{"name": "Outra Redação", "url": "https://outra.example/"}]


@pytest.mark.parametrize("day", [date(2019, 8, 14), None])
def test_imported_review_has_its_publishers_url_and_day(newsroom: Newsroom, api, day):
    review = make_imported(newsroom, "https://outra.example/1", headline="Chá", reviewed_on=day)
    newsroom.publish_review(review)
    here = f"http://127.0.0.1:8000/reviews/{review.pk}/revisions/1/"
    (item,) = read(api, "reviews.json", ALL)["items"]
    assert (item["url"], item["_revision"]) == ("https://outra.example/1", {"url": here})
    assert item.get("date_published") == ("2019-08-14T00:00:00.000000Z" if day else None)
    for kind in ("atom", "rss"):
        (entry,) = read(api, f"reviews.{kind}", ALL).entries
        assert entry.link == "https://outra.example/1"
        assert [link.href for link in entry.links if link.rel == "via"] == [here]
        assert entry.get("published", "")[:16] in (("2019-08-14T00:00", "Wed, 14 Aug 2019") if day else ("",))


@pytest.mark.parametrize("kind", KINDS)
def test_corrections_in_every_format(world, api, kind):
    """Those of a withdrawn review stay, as its revisions do."""
    at = "http://127.0.0.1:8000/api/v1/reviews/{}/revisions/2/"
    assert ids(api, f"corrections.{kind}") == [
        at.format(world.gone).replace("/2/", "/3/"), at.format(world.gone), at.format(world.flood),
    ]  # fmt: skip
    assert ids(api, f"corrections.{kind}", {"kind": "withdrawal"}) == ids(api, f"corrections.{kind}")[:1]
    assert ids(api, f"corrections.{kind}", {"verdict": "true", "class": "substantive"}) == [at.format(world.flood)]


def test_full_text_of_a_correction_is_the_review_as_it_is_now(world, api):
    withdrawal, gone, flood = read(api, "corrections.json")["items"]
    assert withdrawal["content_html"] == "<p>[withdrawal]</p><p>Nguồn chính đã rút lại số liệu.</p>"
    note = "<p>Ngày quay đã được xác minh lại với người quay phim.</p>"
    assert gone["content_html"] == f"<p>[substantive] Verdict on the claim: Sai</p>{note}"
    assert flood["content_html"] == (
        f"<p>[substantive] Verdict on the claim: Sai → Đúng</p>{note}<hr>"
        "<p>“Nước lũ ở Huế đã lên tới mái chùa.” – Đúng. Lý do: Sai. Đoạn video được quay năm 2020.</p>"
        f"{FLOOD}"
    )
    page = "http://127.0.0.1:8000/reviews/{}/".format
    assert [item["url"] for item in (withdrawal, gone, flood)] == [
        page(world.gone), page(world.gone), f"{page(world.flood)}revisions/1..2/",
    ]  # fmt: skip
    assert [withdrawal["title"], flood["title"]] == [
        "[withdrawal] Rút lại",
        "[substantive] “Nước lũ ở Huế đã lên tới mái chùa.” – Đúng – Toà soạn kiemchung.example",
    ]


@pytest.mark.parametrize(("query", "said"), [({}, "substantive"), ({"language": "vi"}, "sửa sai sót nội dung")])
def test_class_of_a_correction_is_in_the_language_of_the_feed(world, api, query, said):
    items = read(api, "corrections.json", {**query, "class": "substantive"})["items"]
    assert {item["summary"].partition("]")[0] for item in items} == {f"[{said}"}
    assert {tag for item in items for tag in item["tags"]} == {"substantive"}


def test_author_of_a_correction_is_named(world, api):
    items = read(api, "corrections.json")["items"]
    publisher = {"name": "Toà soạn kiemchung.example", "url": "https://kiemchung.example/"}
    assert [item["authors"] for item in items] == [[publisher]] * 3


@pytest.mark.parametrize("of", ["reviews", "corrections"])
@pytest.mark.parametrize("kind", KINDS)
def test_feed_is_sent_once(world, api, of, kind):
    address = f"/feeds/{of}.{kind}?content=full"
    response = api.client.get(address, headers={"Origin": "https://reader.example"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "no-cache"
    again = api.client.get(address, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_feeds_take_few_queries(world, api):
    for address, count in (("reviews.atom", 3), ("corrections.rss?content=summary", 5), ("corrections.rss", 5)):
        with CaptureQueriesContext(connections["public"]) as queries:
            api.client.get(f"/feeds/{address}")
        assert len(queries) == count, address


TITLES = {
    ("reviews", "en"): (
        "Fact-checks", "Reviews of claims, with the latest publications and changes first.",
    ),
    ("reviews", "vi"): (
        "Bài kiểm chứng", "Các bài kiểm chứng, bài mới đăng hoặc mới sửa đứng trước.",
    ),
    ("corrections", "en"): ("Corrections", "Reviews that newsrooms have corrected, updated, withdrawn, reinstated or erased, and why."),
    ("corrections", "vi"): ("Đính chính", "Những bài mà các tòa soạn ở đây đã đính chính, cập nhật, rút lại, khôi phục hoặc buộc phải xóa vĩnh viễn, kèm lý do."),
}  # fmt: skip


@pytest.mark.parametrize("of", ["reviews", "corrections"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("query", "spoken", "named"),
    [
        ("?language=vi", "vi", "vi"),
        ("?language=VI-vn&language=vi", "vi", "vi"),
        ("?language=en-GB", "en", "en"),
        ("?language=fr", "en", None),
        ("?language=vi&language=en", "en", None),
        ("", "en", None),
    ],
)
def test_title_is_in_the_language_that_is_asked_for(world, api, of, kind, query, spoken, named):
    """Whatever the reader's own language is, since what is remembered goes by the address."""
    for accepts in ("vi", "en"):
        response = api.client.get(f"/feeds/{of}.{kind}{query}", headers={"Accept-Language": accepts})
        if kind == "json":
            feed = json.loads(response.content)
            said, home = (feed["title"], feed["description"]), feed["home_page_url"]
        else:
            feed = feedparser.parse(response.content).feed
            said, home = (feed.title, feed.subtitle), feed.link
        assert (said, feed.get("language")) == (TITLES[of, spoken], named)
        assert home == f"http://127.0.0.1:8000/{f'{named}/' if named else ''}"


def test_pages_name_the_feeds(world, api):
    page = api.client.get("/en/").content.decode()
    for address in ("reviews.atom", "reviews.rss", "reviews.json", "corrections.atom"):
        assert f'href="/feeds/{address}"' in page


@pytest.mark.parametrize("spoken", ["vi", "en"])
def test_pages_name_first_the_feeds_in_their_language(world, api, spoken):
    page = api.client.get(f"/{spoken}/").content.decode()
    for address in ("reviews.atom", "corrections.atom"):
        links = re.findall(rf'href="/feeds/{address}([^"]*)"', page)
        assert links == [f"?language={spoken}", ""] * 2  # for programs, and for people


# The following tests have databases of their own.


def test_feed_of_nothing(database, api):
    for of in ("reviews", "corrections"):
        assert read(api, f"{of}.atom").feed.updated == "1970-01-01T00:00:00+00:00"
        assert read(api, f"{of}.rss").entries == []
        assert read(api, f"{of}.json")["items"] == []


def test_erased_review_leaves_every_feed(newsroom: Newsroom, api):
    secret = newsroom.publish_new(newsroom.make_claim(text="Zwielicht."), headline="Zwielicht", body="Zwielicht")
    newsroom.correct_review(secret, summary="Zwielicht.")
    assert b"Zwielicht" in api.client.get("/feeds/corrections.atom?content=full").content
    newsroom.erase_review(secret)
    for of in ("reviews", "corrections"):
        for kind in KINDS:
            assert b"Zwielicht" not in api.client.get(f"/feeds/{of}.{kind}?content=full").content

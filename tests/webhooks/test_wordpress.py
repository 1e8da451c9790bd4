"""The WordPress plugin: it speaks our webhooks and our API, and posts follow their reviews in a real WordPress."""

import json
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import httpx
import orjson
import pytest
from django.test import Client

from factcheck.editorial.desk.programs.webhooks import WORDPRESS_PLUGIN
from factcheck.editorial.models import Review
from factcheck.record.log.models import ChangeClass, EntryKind, LogEntry
from factcheck.record.readmodel import bodies
from factcheck.record.statements.disowning import Disowning
from factcheck.webhooks import sending, signing
from factcheck.webhooks.models import Attempt, Subscription
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_administrator, make_newsroom
from tests.support.serving import served
from tests.support.subscribers import deliver, states, subscribe, wait_and_deliver
from tests.support.wordpress import WordPress, wordpress

SETTINGS = """
update_option( 'factcheck', array( 'site' => '%s', 'newsroom' => 'kiemchung.example', 'author' => 1, 'category' => 1 ) );
update_option( 'factcheck_secret', '%s' );
"""
POSTS = """
$found = array();
foreach ( get_posts( array( 'numberposts' => -1, 'post_status' => 'any', 'meta_key' => '_factcheck_review' ) ) as $post ) {
    $found[] = array( 'title' => $post->post_title, 'content' => $post->post_content, 'url' => get_permalink( $post ),
        'status' => $post->post_status, 'id' => $post->ID, 'name' => $post->post_name );
}
out( $found );
"""
HOSTILE = """[gallery ids="1"]

https://video.example/watch?v=1

<script>alert(1)</script> <!-- wp:latest-posts /--> Tên bí mật
"""
# The variables of the plugin, and what our side puts into them.
READ = {
    "change": set(bodies.Change.model_fields),
    "review": set(bodies.Review.model_fields),
    "tombstone": set(bodies.Tombstone.model_fields),
    "revision": set(bodies.CurrentRevision.model_fields),
    "correction": {name.rstrip("_") for name in bodies.Correction.model_fields},
    "erasure": set(bodies.Erasure.model_fields),
    "disowning": set(Disowning.model_fields),
}


def test_plugin_reads_fields_that_we_send() -> None:
    source = WORDPRESS_PLUGIN.read_text()
    for variable, fields in READ.items():
        read = set(re.findall(rf"\${variable}\['(\w+)'\]", source))
        assert read, variable
        assert read <= fields, variable
    sent = re.findall(r"\"(webhook-\w+)\":", Path(sending.__file__).with_name("delivery.py").read_text())
    assert set(re.findall(r"get_header\( '([\w-]+)' \)", source)) == set(sent)
    for kind in re.findall(r"'((?:review|disowning)\.\w+)'", source):
        assert kind in EntryKind.values
    assert set(re.findall(r"^\t\t'(\w+)' +=> '[^']* %s:',$", source, re.MULTILINE)) <= set(ChangeClass.values)
    secret = signing.as_text(signing.secret(UUID(int=1), 1))
    assert f"strpos( $secret, '{secret[:6]}' )" in source
    assert (
        f"'{signing.signature([b'x'], 'msg', 1, b'')[:3]}' . base64_encode( hash_hmac( 'sha256', \"$id.$time.$body\""
        in source
    )


def test_plugin_reads_the_feed(live: Any) -> None:
    item = Client().get(f"/feeds/reviews.json?ids={live.pk}").json()["items"][0]
    read = set(re.findall(r"\$item\['(\w+)'\]", WORDPRESS_PLUGIN.read_text()))
    assert {"content_html", "_revision"} <= read <= set(item)
    assert item["_revision"]["url"].endswith("/revisions/1/")


def test_plugin_is_downloaded_where_the_secret_is_shown(database: str) -> None:
    browser = signed_in(make_administrator()).open("/admin/webhooks/subscription/add/")
    browser.fill(name="WordPress", url="https://check.example/hook", events=["review.published"]).press("Save")
    answer = browser.client.get(browser.page.links["Download the plugin for WordPress"])
    with ZipFile(BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["factcheck/factcheck.php"]
        assert b"const FACTCHECK_SITE = 'http://127.0.0.1:8000';" in archive.read("factcheck/factcheck.php")


def url_of(blog: WordPress) -> str:
    return f"{blog.url}/index.php?rest_route=/factcheck/v1/webhook"


def arrive() -> None:
    """Deliver all messages, also if a busy machine makes WordPress a slow receiver."""
    deliver()
    for _ in range(5):
        if {state for _sequence, state in states()} == {"delivered"}:
            return
        wait_and_deliver()


def posts_of(blog: WordPress) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = blog.run(POSTS)
    return found


def claim_review(url: str) -> dict[str, Any] | None:
    """Return what a search engine reads on the page."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', httpx.get(url, timeout=20).text)
    return json.loads(found[1]) if found else None


def catch_up(blog: WordPress, everything: bool = False) -> dict[str, Any]:
    begin = "update_option( 'factcheck_state', array( 'cursor' => -1 ) );" if everything else ""
    state: dict[str, Any] = blog.run(f"{begin} factcheck_catch_up(); out( get_option( 'factcheck_state' ) );")
    return state


@pytest.mark.prove
def test_posts_follow_their_reviews(newsroom: Newsroom, tmp_path: Path, settings: Any) -> None:
    settings.WEBHOOKS_ALLOW_LOOPBACK = True
    subprocess.run(["php", "-l", WORDPRESS_PLUGIN], check=True, capture_output=True)
    with served() as site, wordpress(tmp_path, WORDPRESS_PLUGIN.read_text()) as blog:
        subscription = subscribe(url_of(blog))
        make_newsroom("khac.example").publish_new()
        blog.run(SETTINGS % (site, subscription.secret))
        review = newsroom.make_review(headline="Video <b>cũ</b> & 'lũ' Bí Mật", body=HOSTILE)
        newsroom.publish_review(review)
        arrive()

        (first,) = posts_of(blog)
        assert (first["title"], first["status"]) == (
            "Video &lt;b&gt;cũ&lt;/b&gt; &amp; &#039;lũ&#039; Bí Mật",
            "publish",
        )
        page = httpx.get(first["url"], timeout=20).text
        assert "&#091;gallery ids=" in page
        assert "<p>https&#058;//video.example/watch?v=1</p>" in page
        assert "&lt;script&gt;alert(1)" in page
        assert "wp-block-latest-posts" not in page
        assert f'<a href="{site}/reviews/{review.pk}/revisions/1/">Xem bằng chứng</a>' in page
        assert f'<link rel="canonical" href="{first["url"]}" />' in page
        read = claim_review(first["url"]) or {}
        assert (read["@type"], read["url"], read["sameAs"]) == (
            "ClaimReview",
            first["url"],
            f"{site}/reviews/{review.pk}/",
        )

        check_signatures(blog, subscription)
        assert posts_of(blog) == [first]

        newsroom.correct_review(
            review, body="Đã sửa. Tên bí mật", change_note="Chúng tôi nhầm [gallery] năm quay của đoạn video."
        )
        arrive()
        (corrected,) = posts_of(blog)
        assert (corrected["id"], corrected["url"]) == (first["id"], first["url"])
        assert "Chúng tôi nhầm &#091;gallery] năm quay của đoạn video." in corrected["content"]
        assert "Đã sửa." in corrected["content"]

        newsroom.withdraw_review(review)
        arrive()
        (withdrawn,) = posts_of(blog)
        assert withdrawn["title"].startswith("Đã rút lại: Video")
        assert "Đã sửa." not in withdrawn["content"]
        assert claim_review(first["url"]) is None
        newsroom.reinstate_review(review)
        arrive()
        assert "Đã sửa." in posts_of(blog)[0]["content"]
        assert claim_review(first["url"])

        check_catching_up(blog, newsroom, site, review)

        newsroom.erase_review(review)
        arrive()
        (erased,) = [post for post in posts_of(blog) if post["id"] == first["id"]]
        assert (erased["title"], erased["name"]) == ("Erased review", f"factcheck-{review.pk}")
        assert not re.search("bí mật|bi-mat", blog.dump(), re.IGNORECASE)  # nor in old revisions, slugs and data
        check_settings(blog, subscription.secret)
        assert "factcheck" not in blog.log


def check_signatures(blog: WordPress, subscription: Subscription) -> None:
    """Nothing without the right signature, after the window or twice. A second signature, of the new secret, counts."""
    entry = LogEntry.objects.latest("sequence")
    body = sending.message(entry, "review.published")
    key, now = signing.secret(subscription.pk, 1), int(time.time())

    def status(keys: list[bytes], at: int, sent: bytes = body, signed: bytes = body) -> int:
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(at), "Content-Type": "application/json"}
        headers["webhook-signature"] = signing.signature(keys, "msg_1", at, signed)
        return httpx.post(url_of(blog), content=sent, headers=headers, timeout=20).status_code

    assert status([key], now) == status([b"x" * 32, key], now) == 200
    forged = orjson.dumps(
        {
            "type": "review.withdrawn",
            "data": {"sequence": entry.sequence, "kind": "review.erasure", "subject": str(entry.subject)},
        }
    )
    assert (
        status([key], now, forged, signed=forged) == 200
    )  # a stolen secret changes nothing, because the site is asked
    assert {status([b"x" * 32], now), status([key], now - 400), status([key], now + 400), status([], now)} == {401}
    assert status([key], now, body + b" ") == 401


def check_catching_up(blog: WordPress, newsroom: Newsroom, site: str, review: Review) -> None:
    """A disowning, which no message brings, and messages that were lost while the site couldn't be reached."""
    noted = blog.run("out( get_option( 'factcheck_state' ) );")
    assert (noted["cursor"], noted["problem"]) == (0, "")  # where the log ended when the settings were saved
    assert catch_up(blog)["cursor"] == 4
    newsroom.disown("3-4")
    assert catch_up(blog)["problem"] == ""
    (disowned,) = posts_of(blog)
    assert disowned["title"] == "We don’t vouch for this text."
    assert "Tài khoản bị lấy cắp." in disowned["content"]
    assert claim_review(disowned["url"]) is None
    blog.run(SETTINGS % ("http://127.0.0.1:9", subscription_secret()))
    newsroom.publish_new(headline="Bài thứ hai")
    deliver()
    wait_and_deliver()
    assert len(posts_of(blog)) == 1
    assert Attempt.objects.latest("pk").status == 503
    assert catch_up(blog)["problem"]
    blog.run(SETTINGS % (site, subscription_secret()))
    with ThreadPoolExecutor() as pool:  # a message and a catch-up at once make one post
        assert [*pool.map(blog.run, ["out( factcheck_apply_entry( 6 ) );"] * 2)] == ["", ""]
    assert len(posts_of(blog)) == 2
    state = catch_up(blog, everything=True)
    assert (state["problem"], state["cursor"]) == ("", 6)
    assert {post["title"] for post in posts_of(blog)} == {disowned["title"], "Bài thứ hai"}
    assert newsroom.correct_review(review, body="Sửa lại. Tên bí mật").sequence == 7
    arrive()
    assert "Sửa lại." in posts_of(blog)[0]["content"] + posts_of(blog)[1]["content"]


def subscription_secret() -> str:
    return Subscription.objects.get().secret


def check_settings(blog: WordPress, secret: str) -> None:
    page = "wp_set_current_user( 1 ); require_once ABSPATH . 'wp-admin/includes/template.php';"
    page += "ob_start(); factcheck_settings_page(); out( ob_get_clean() );"
    english, vietnamese = blog.run(page), blog.run(f"update_user_meta( 1, 'locale', 'vi' ); {page}")
    assert secret not in english
    assert "URL for the webhook" in english
    assert "URL cho webhook" in vietnamese
    for refused in (
        "http://check.example",
        "https://u:p@check.example",
        "https://check.example/x",
        "javascript:alert(1)",
    ):
        assert blog.run(f"out( factcheck_site( '{refused}' ) );") == ""
    assert blog.run("out( factcheck_site( 'https://Check.example/' ) );") == "https://check.example"
    assert blog.run("out( factcheck_fetch( '/claims/' ) );") == [None, "The site answered with the status 302."]
    html = '<p onclick="x()">a<script>b</script><img src=x onerror=alert(1)><a href="javascript:x">c</a></p>'
    clean = blog.run(f"out( factcheck_clean( '{html}' ) );")
    assert not re.search("onclick|onerror|<script|javascript:", clean)
    before = len(posts_of(blog))
    assert blog.run("factcheck_uninstall(); out( get_option( 'factcheck_secret' ) );") is False
    assert len(posts_of(blog)) == before

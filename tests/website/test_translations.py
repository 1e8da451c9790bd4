"""Facts that readers of a translation learn about its original."""

from django.test import Client

from factcheck.editorial.drafts import translations
from factcheck.editorial.models import Review, Verdict
from tests.support.drafts import Newsroom

BEHIND = "The original has since been corrected (revision 2), so this translation is behind."
ENGLISH = "The flood water has reached the roof of a pagoda."


def test_readers_see_that_a_translation_is_behind(newsroom: Newsroom, live: Review, client: Client) -> None:
    draft = translations.start_translation(review=live, by=newsroom.reporter)
    draft.summary = "False. It was filmed in 2020."
    draft.claim_wording = ENGLISH
    draft.save()
    newsroom.publish_review(draft)

    def page(language: str = "en") -> str:
        return client.get(f"/reviews/{draft.pk}/", headers={"accept-language": language}).content.decode()

    def claim_page(language: str) -> str:
        path = f"/claims/{live.claim_id}/"
        return (
            client.get(path, headers={"accept-language": language})
            .content.decode()
            .partition("<h1")[2]
            .partition("</h1>")[0]
        )

    assert "This is a translation of revision 1 of another review." in page()
    assert "this translation is behind" not in page()
    assert f"<title>“{ENGLISH}” – False – " in page()
    assert f'<bdi class="claimed"\nlang="en">{ENGLISH}</bdi>' in page()
    assert f'<blockquote class="claim" lang="vi" dir="auto">{live.claim.text}</blockquote>' in page()
    for path in (f"/reviews/{live.pk}/", f"/search/?q={live.claim.text}", "/search/", f"/reviews/{live.pk}/report/"):
        for language, claim in (("en", ENGLISH), ("vi", live.claim.text)):
            shown = client.get(f"/{language}{path}").content.decode().partition("<main")[2]
            assert f'lang="{language}">{claim}</bdi>' in shown, path
            assert shown.count('class="claimed"') < 2, path  # one judgement
    newsroom.correct_review(live, summary="Sai. Đoạn video được quay năm 2021.")
    assert BEHIND in page()
    assert "bản dịch này chưa theo kịp" in page("vi")
    assert ENGLISH in claim_page("en")
    found = client.get("/en/search/", {"q": ENGLISH}).content.decode()
    assert "Perhaps another claim" not in found
    assert f'lang="en">{ENGLISH}</bdi>' in found
    for language, shown, other in (("en", draft, live), ("vi", live, draft)):  # both are one judgement
        others = client.get(f"/{language}/claims/{live.claim_id}/").content.decode().partition('"others">')[2]
        assert others.count("<h3") == 1
        assert f'/reviews/{shown.pk}/"><bdi' in others
        assert f'/reviews/{other.pk}/" hreflang="{other.language}"' in others
    newsroom.correct_review(live, verdict=Verdict.objects.exclude(pk=draft.verdict_id).earliest("pk"))
    corrected = client.get(f"/en/claims/{live.claim_id}/").content.decode()
    assert f"/reviews/{live.pk}/" in corrected.partition('<section aria-labelledby="others">')[2]
    assert ENGLISH not in claim_page("vi")
    newsroom.withdraw_review(Review.objects.get(pk=live.pk))
    assert "The original has been withdrawn." in page()
    newsroom.erase_review(Review.objects.get(pk=live.pk))
    assert "The original is no longer public." in page()

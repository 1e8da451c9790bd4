"""Publishers: newsrooms, and who keeps their pages."""

from factcheck.editorial.models import Publisher
from tests.journeys.browser import signed_in
from tests.support.drafts import Newsroom, make_administrator, make_newsroom


def test_publisher_is_kept_by_its_chief_editor(database: str) -> None:
    newsroom, other = make_newsroom(), make_newsroom("other.example")
    page = f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/"
    chief = signed_in(newsroom.chief).open(page)
    chief.fill(name="Tên mới", same_as="https://a.example/1,2\n\nhttps://b.example/").press("Save")
    publisher = Publisher.objects.get(pk=newsroom.publisher.pk)
    assert (publisher.name, publisher.site) == ("Tên mới", "kiemchung.example")
    assert publisher.same_as == ["https://a.example/1,2", "https://b.example/"]
    assert not signed_in(newsroom.editor).open(page).has_button("Save")
    assert chief.open("/admin/editorial/publisher/add/").status == 403
    assert "other.example" not in chief.open("/admin/editorial/publisher/").text
    assert "other.example" not in chief.open(f"/admin/editorial/publisher/{other.publisher.pk}/change/").text
    boss = signed_in(make_administrator()).open(page)
    boss.fill(site="https://neu.example/").press("Save")
    assert "Enter only the host, in lower case, without https:// or a slash, such as example.org." in boss.text
    boss.fill(site="neu.example").press("Save")
    assert Publisher.objects.filter(site="neu.example").exists()
    assert "other.example" in boss.open("/admin/editorial/publisher/").text


def test_wrong_address_of_a_profile_is_refused_in_words(newsroom: Newsroom) -> None:
    chief = signed_in(newsroom.chief).open(f"/admin/editorial/publisher/{newsroom.publisher.pk}/change/")
    chief.fill(same_as="ftp://a.example/").press("Save")
    assert "Write the full URL, with https:// or http:// and without spaces." in chief.text
    assert chief.value("same_as") == "ftp://a.example/"

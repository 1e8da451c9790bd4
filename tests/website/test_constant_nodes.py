"""Nodes of templates that are rendered once for each language."""

from django.template import Context, Template
from django.utils.translation import override


def test_constant_texts_and_urls_follow_the_language() -> None:
    template = Template("{% load i18n published %}{% translate 'Sources' %} {% url 'verify' %} {% translate word %}")
    for language, shown in (("en", "Sources /en/verify/ Share"), ("vi", "Nguồn /vi/verify/ Chia sẻ")) * 2:
        with override(language):
            assert template.render(Context({"word": "Share"})) == shown
    with override("en"):
        assert template.render(Context({"word": "Proof"})) == "Sources /en/verify/ Proof"

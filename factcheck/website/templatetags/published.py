"""Registers the functions of `website.words` as filters and tags of templates."""

from collections.abc import Callable

from django import template
from django.template.base import FilterExpression, Node, Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode, url
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils.translation import get_language

from factcheck.record.formats.markdown import to_html
from factcheck.record.readmodel.answers import answer_of
from factcheck.record.statements.statement_labels import claim_with_verdict
from factcheck.website import queries, words

register = template.Library()

register.filter("markdown", to_html)
register.filter(claim_with_verdict)
register.filter("answer", lambda review: answer_of(review, get_language() or ""))
register.filter("worded", lambda claim, language: claim.worded(get_language() or "", language))
register.filter(words.one_line, is_safe=True)
for each in (
    words.get_item, words.in_words, words.day_of, words.time_tag, words.moment_tag, words.show_times_of,
    words.safe_url, words.host, words.short, words.has_page, words.in_sentence, words.lang,
    words.language_name, words.link_reviews, words.local_name, words.plain, words.license_name, words.translated_label,
    words.label_language, words.scale,
):  # fmt: skip
    register.filter(each)
for tag in (words.external_link, words.verdict_text, words.full_url, words.topic_label, queries.first_hour_end):
    register.simple_tag(tag)


class Constant(Node):
    """A node whose text depends only on the language, so that it is rendered once for each language.

    A page of a review has a hundred such nodes. Django takes 7 microseconds to find the language, so a context keeps
    it. No template changes the language.
    """

    def __init__(self, node: Node) -> None:
        self.node, self.texts = node, dict[str | None, str]()

    def render(self, context: Context) -> str:
        own = context.dicts[0]
        if (language := own.get("_language")) is None:
            language = own["_language"] = get_language()
        if language not in self.texts:
            self.texts[language] = self.node.render(context)
        return self.texts[language]


def _is_literal(value: FilterExpression) -> bool:
    return not value.filters and (isinstance(value.var, str) or value.var.lookups is None)


def translate_once(parser: Parser, token: Token) -> Node:
    """Compile `translate`. A literal text without `as` is constant."""
    node: TranslateNode = do_translate(parser, token)
    return node if node.asvar or node.message_context or not _is_literal(node.filter_expression) else Constant(node)


def url_once(parser: Parser, token: Token) -> Node:
    """Compile `url`. The URL of a page without parameters is constant."""
    node: URLNode = url(parser, token)
    return node if node.asvar or node.args or node.kwargs or not _is_literal(node.view_name) else Constant(node)


compilers: dict[str, Callable[[Parser, Token], Node]] = {"translate": translate_once, "url": url_once}
for name, compiler in compilers.items():
    register.tag(name, compiler)

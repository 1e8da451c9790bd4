"""Registers the functions of `website.words` as filters and tags of templates."""

from django import template

from factcheck.record.formats.markdown import to_html
from factcheck.record.readmodel.answers import answer_of
from factcheck.record.statements.statement_labels import claim_with_verdict
from factcheck.website import queries, words

register = template.Library()

register.filter("markdown", to_html)
register.filter(claim_with_verdict)
register.filter("answer", answer_of)
register.filter(words.one_line, is_safe=True)
for each in (
    words.get_item, words.in_words, words.day, words.utc_time, words.local_time, words.day_of, words.time_tag,
    words.safe_url, words.host, words.short, words.has_page, words.in_sentence, words.lang,
    words.language_name, words.local_name, words.plain, words.license_name, words.translated_label,
    words.label_language, words.scale,
):  # fmt: skip
    register.filter(each)
for tag in (words.external_link, words.verdict_text, words.full_url, words.topic_label, queries.first_hour_end):
    register.simple_tag(tag)

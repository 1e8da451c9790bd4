"""The alignment of a post with a claim, word by word. Words that are left over in the same place on both sides differ.

"Ibuprofen tablets contain the virus" and "Paracetamol tablets contain the virus" have all words in common but one. A
reader who asked about one of them must not get the verdict of the other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from factcheck.record.matching.differences.sentences import ENGLISH, STOP_WORDS, VIETNAMESE, Sentence, Word, fold

NEARLY_ALL = 0.7  # the share of content words from which every other word counts too
# These words don't change what a sentence says. "was", "by", "in", "may", "bị" and "đã" do.
_HARMLESS = frozenset(
    "a an the have has had that this these those it its of and so just very also then"  # noqa: SIM905
    " there here là thì mà của các những một này kia đó cũng vẫn rất quá rồi nhé nha ạ à ơi".split()
)
_SHORT = {"won't": "will", "can't": "can"}
# Forms of one word. "Russia has attacked" and "Russia was attacked" say different things.
_FORMS = dict.fromkeys(("is", "are", "was", "were", "been", "being", "am"), "be")
_FOLDED = frozenset(map(fold, _HARMLESS))
_FUNCTION_WORDS = ENGLISH | VIETNAMESE
_ENDING = re.compile("(?<=[^\\W\\d_]{3})(?:ing|ed|es|s|e|d)$")


@dataclass(frozen=True, slots=True)
class Alignment:
    """The words that a post and a claim have in common.

    - `of_post` and `of_claim` are the shares of content words that the other text contains too, from 0 to 1.
    - `replaced` counts the content words in whose place the other text has other words.
    - `near` tells whether nearly all content words are the same, or all but one.
    - `asked` and `checked` are the post's and the claim's words that the other text doesn't contain, in order. They are
      content words, or any words except for harmless ones such as "the" if the texts are near.
    - `same_words` tells whether all words are the same, in the same order, except for harmless words such as "the".
    """

    of_post: float
    of_claim: float
    replaced: int
    near: bool
    asked: tuple[str, ...]
    checked: tuple[str, ...]
    same_words: bool


def align(post: Sentence, claim: Sentence) -> Alignment:
    """Align two sentences. Diacritics count if both have some, because they change the meaning in Vietnamese."""
    marks = [each.text.casefold() != fold(each.text) for each in (post, claim)]
    marked = all(marks)
    left, right = ([*_units(each, marked)] for each in (post, claim))
    keys, others = [key for key, _ in left], [key for key, _ in right]
    common = set(keys) & set(others)
    replaced = 0
    for tag, start, end, begin, stop in SequenceMatcher(None, keys, others, autojunk=False).get_opcodes():
        if tag == "replace":
            replaced += min(len(_left_over(left[start:end], common)), len(_left_over(right[begin:stop], common)))
    of_post, of_claim = _share(keys, common), _share(others, common)
    asked, checked = _left_over(left, common), _left_over(right, common)
    near = min(of_post, of_claim) >= NEARLY_ALL or (of_post > 0 and max(len(asked), len(checked)) <= 1)
    left, right = ([*_all_units(each, marked)] for each in (post, claim))
    keys, others = [key for key, _ in left], [key for key, _ in right]
    if near:
        common = set(keys) & set(others)
        asked, checked = _left_over(left, common), _left_over(right, common)
    return Alignment(of_post, of_claim, replaced, near, asked, checked, marks[0] == marks[1] and keys == others)


def _units(sentence: Sentence, marked: bool) -> Iterator[tuple[str, str]]:
    """Yield the key and the text of each content word, or of each character in scripts without spaces."""
    if sentence.unspaced:
        yield from ((sign, sign) for sign in sentence.text if sign.isalnum())
        return
    stop_words = _FUNCTION_WORDS if marked else STOP_WORDS
    for word in sentence.words:
        form = _form(word, marked)
        if form not in stop_words and (len(form) > 1 or form.isdigit()):
            yield _ENDING.sub("", form), word.text


def _all_units(sentence: Sentence, marked: bool) -> Iterator[tuple[str, str]]:
    """Yield the key and the text of each word that isn't harmless, or of each character."""
    if sentence.unspaced:
        yield from _units(sentence, marked)
        return
    harmless = _HARMLESS if marked else _FOLDED
    for word in sentence.words:
        form = _form(word, marked)
        parts = [_SHORT.get(form, form[:-3]), "not"] if form.endswith("n't") else [form]
        yield from ((_FORMS.get(part) or _ENDING.sub("", part), word.text) for part in parts if part not in harmless)


def _form(word: Word, marked: bool) -> str:
    return word.text.casefold().replace("’", "'") if marked else word.plain


def _left_over(units: Sequence[tuple[str, str]], common: set[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for key, text in units if key not in common))


def _share(keys: Sequence[str], common: set[str]) -> float:
    return sum(key in common for key in keys) / len(keys) if keys else 0.0

"""The alignment of a post with a claim, word by word. Words that are left over in the same place on both sides differ.

"Ibuprofen tablets contain the virus" and "Paracetamol tablets contain the virus" have all words in common but one. A
reader who asked about one of them must not get the verdict of the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from factcheck.record.matching.differences.sentences import Sentence, Word, fold, stem_of


@dataclass(frozen=True, slots=True)
class Alignment:
    """The words that a post and a claim have in common.

    - `of_post` and `of_claim` are the shares of content words that the other text contains too, from 0 to 1.
    - `replaced` counts the content words in whose place the other text has other words.
    - `moved` counts the words of both texts that are in another order.
    - `asked` and `checked` are the post's and the claim's words that the other text doesn't contain, in order.
    """

    of_post: float
    of_claim: float
    replaced: int
    moved: int
    asked: tuple[str, ...]
    checked: tuple[str, ...]


def align(post: Sentence, claim: Sentence) -> Alignment:
    """Align two sentences. Diacritics count if both have some, because they change the meaning in Vietnamese."""
    marked = all(each.text.casefold() != fold(each.text) for each in (post, claim))
    left, right = ([*_units(each, marked)] for each in (post, claim))
    keys, others = [key for key, _ in left], [key for key, _ in right]
    common = set(keys) & set(others)
    replaced, in_order = 0, 0
    for tag, start, end, begin, stop in SequenceMatcher(None, keys, others, autojunk=False).get_opcodes():
        if tag == "equal":
            in_order += end - start
        elif tag == "replace":
            replaced += min(len(_left_over(left[start:end], common)), len(_left_over(right[begin:stop], common)))
    moved = min(sum(key in common for key in each) for each in (keys, others)) - in_order
    asked, checked = _left_over(left, common), _left_over(right, common)
    return Alignment(_share(keys, common), _share(others, common), replaced, moved, asked, checked)


def _units(sentence: Sentence, marked: bool) -> Iterator[tuple[str, str]]:
    """Yield the key and the text of each content word, or of each character in scripts without spaces."""
    if sentence.unspaced:
        yield from ((sign, sign) for sign in sentence.text if sign.isalnum())
        return
    for word in sentence.words:
        if word.is_content or word.plain.isdigit():
            yield _key(word, marked), word.text


def _key(word: Word, marked: bool) -> str:
    return stem_of(word.text.casefold()) if marked else word.key


def _left_over(units: Sequence[tuple[str, str]], common: set[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for key, text in units if key not in common))


def _share(keys: Sequence[str], common: set[str]) -> float:
    return sum(key in common for key in keys) / len(keys) if keys else 0.0

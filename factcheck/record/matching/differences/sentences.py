"""Sentences as lists of words, in a form that can be compared across spellings and endings."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from factcheck.record.search.questions import clean_question

MAX_SENTENCE = 1000  # in characters. A longer sentence is split, because long sentences take long to compare.

# Vowel signs and tone marks of South Asian scripts, Thai, Lao and Arabic belong to words, but `\w` doesn't match them.
_LETTERS = r"\w\u0300-\u036f\u064b-\u065f\u0900-\u0dff\u0e00-\u0eff"
WORD = re.compile(rf"[{_LETTERS}]+(?:['’][{_LETTERS}]+)*")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_SENTENCE_END = re.compile(r"(?<=[.!?…।॥؟۔])[\"”’)]*\s+|(?<=[。！？])|\n+|\s[—–-]+\s(?=[A-ZĐ])")
_INITIALS = re.compile(
    r"(?:\b[A-Za-z]|\b(?:Mr|Mrs|Ms|Dr|St|Gen|Gov|Sen|Rep|Jr|No|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|vs|v|approx|TP|ThS|TS|GS|PGS|BS))\.$"
)
_CLAUSE_END = re.compile(r"[,;:.!?…()\"“”—–]")
# Function words. These words don't show that two sentences are about the same thing.
ENGLISH = frozenset(
    "a an the of to in on at by for from with as and or but if that this these those it its is are was were be been"
    " being am has have had having do does did done will would can could may might shall should must i you he she we"
    " they him her his their our your my me us them who which what when where why how there here than then so just very"
    " also into over about after before out up down all any some more most other such only own same too now not no"
    " s t re ve ll d m said say says".split()
)
VIETNAMESE = frozenset(
    "là và của cho với từ đến trong ngoài trên dưới ở tại thì mà này kia đó đây có bị được đã đang sẽ cũng vẫn rằng"
    " những các một nhiều rất quá lại ra vào lên xuống đi khi nếu vì nên không chưa chẳng hay hoặc tôi bạn nó họ chúng"
    " ta mình anh chị em ông bà người về theo như thành gì ai nào sao".split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a sentence. `start` and `end` are the word's positions in the sentence.

    `clause` is the number of clauses before the clause with this word.
    """

    text: str
    plain: str  # in lower case, without diacritics
    key: str  # the stem
    clause: int
    start: int
    end: int

    @property
    def is_content(self) -> bool:
        return len(self.key) > 1 and self.plain not in STOP_WORDS and not self.plain.isdigit()


@dataclass(frozen=True)
class Sentence:
    """A sentence with its words."""

    text: str
    words: tuple[Word, ...]

    @cached_property
    def content(self) -> frozenset[str]:
        """Return the stems of the words that carry the meaning."""
        return frozenset(word.key for word in self.words if word.is_content)

    @cached_property
    def unspaced(self) -> bool:
        """Return whether most characters belong to a script without spaces between words."""
        return len(_UNSPACED.findall(self.text)) * 2 > len(self.text)

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Return the pairs of neighbouring characters. They replace words in scripts without spaces."""
        letters = "".join(filter(str.isalnum, self.text))
        return frozenset(letters[at : at + 2] for at in range(len(letters) - 1))


def read_sentences(text: str) -> list[Sentence]:
    """Return the sentences without URLs."""
    return [
        found for piece in _split(unicodedata.normalize("NFKC", clean_question(text))) if (found := _read(piece)).words
    ]


def overlap(one: Sentence, other: Sentence) -> float:
    """Return the share of the shorter sentence's content words that both sentences contain, from 0 to 1.

    In scripts without spaces, pairs of characters are counted instead of words.
    """
    left, right = (one.pairs, other.pairs) if one.unspaced and other.unspaced else (one.content, other.content)
    return len(left & right) / max(1, min(len(left), len(right)))


def closest(sentences: Sequence[Sentence], claim: Sentence) -> Sentence | None:
    """Return the sentence that shares the most words with the claim. The shortest sentence wins a tie."""

    def common(each: Sentence) -> tuple[int, float]:
        if each.unspaced and claim.unspaced:
            return len(each.pairs & claim.pairs), 0.0
        return len(each.content & claim.content), -len(each.content)

    return max(sentences, key=common, default=None)


def fold(text: str) -> str:
    """Return the text in lower case and without diacritics."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(each for each in apart if not unicodedata.combining(each) or each > "\u036f")


STOP_WORDS = ENGLISH | {fold(word) for word in VIETNAMESE}


def _split(text: str) -> list[str]:
    """Return the sentences. A full stop after an initial or a title doesn't end a sentence."""
    found = [""]
    for piece in _SENTENCE_END.split(text):
        if _INITIALS.search(found[-1]):
            found[-1] += " " + piece
        else:
            found.append(piece)
    return [part for sentence in found if sentence for part in _cut(sentence)]


def _cut(sentence: str) -> Iterator[str]:
    """Yield the parts of a sentence that is too long. A part ends at a space if possible."""
    while len(sentence) > MAX_SENTENCE:
        cut = sentence.rfind(" ", 1, MAX_SENTENCE) + 1 or MAX_SENTENCE
        yield sentence[:cut]
        sentence = sentence[cut:]
    yield sentence


def _read(text: str) -> Sentence:
    words, clause, last = list[Word](), 0, 0
    for match in WORD.finditer(text):
        between = text[last : match.start()]
        clause += bool(_CLAUSE_END.search(between))
        last = match.end()
        plain = fold(match[0]).replace("’", "'")
        words.append(Word(match[0], plain, stem_of(plain), clause, match.start(), last))
    return Sentence(text, tuple(words))


def stem_of(plain: str) -> str:
    """Return a short stem, so that "causes" equals "caused". Vietnamese syllables are shorter than stems."""
    plain = plain.split("'")[0]
    if plain.endswith("s") and len(plain) > 3:
        plain = plain[:-1]
    for ending in ("ing", "ed", "e"):
        if plain.endswith(ending) and len(plain) - len(ending) > 2:
            plain = plain[: -len(ending)]
            break
    return plain[:5]

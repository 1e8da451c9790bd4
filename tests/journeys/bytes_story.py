"""The story that `test_same_bytes` records: a newsroom that imports 1,000 reviews, with every time, id, salt and key fixed.

Records give their ids, and other ids are made from what a row says. Salts are numbered in the log's order.
`Story` is the one place that calls verbs: those of `tests/support/drafts.py` and the commands for imports.
"""

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import UUIDField
from django.db.models.signals import pre_save

from factcheck.editorial.models import Claim, Review
from factcheck.imports.importer import draft_rows
from factcheck.record.audit import key_rotation
from factcheck.record.log import tree
from factcheck.record.log.notes import SigningKey
from tests.imports import own_records
from tests.support.drafts import Newsroom, make_newsroom

SITE = "https://factcheck.example"
START = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
NAMES = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
# Columns that tell rows apart that get an id of their own when they are saved one by one.
TELLING = ("site", "name", "text", "claim_id", "headline", "language", "description", "asked", "newsroom_id")
IMPORTED = 1000

PROSE = {
    "vi": "nước lũ đã dâng đến mái chùa ở Huế và người dân phải rời khỏi nhà trong đêm qua vì đập thủy điện xả nước",
    "en": "the flood has reached the roof of the pagoda and people had to leave their homes after the dam was opened",
    "ar": "وصل الفيضان إلى سطح المعبد واضطر الناس إلى مغادرة منازلهم بعد فتح السد في الليلة الماضية",
    "fr-CA": "l'eau a atteint le toit de la pagode et les gens ont dû quitter leurs maisons après l'ouverture du barrage",
}  # fmt: skip
TOPICS = {
    "floods": {"en": "Floods", "vi": "Lũ lụt"}, "health": {"en": "Health", "vi": "Sức khỏe", "ar": "صحة"},
    "elections": {"en": "Elections"}, "dams": {"vi": "Đập thủy điện"}, "scams": {"en": "Scams", "vi": "Lừa đảo"},
}  # fmt: skip
LABELS = ["Sai", "Đúng một phần", "Mostly False", "خطأ", "Faux 😀", "Pants on “fire”\u2028really"]


class Clock:
    """A time that goes on only when it is told to."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def tick(self) -> None:
        self.time += timedelta(hours=7, minutes=13, seconds=1, microseconds=1009)


def signing_key(number: int) -> SigningKey:
    return SigningKey(f"{SITE.removeprefix('https://')}/api/v1/log", sha256(f"key {number}".encode()).digest())


@contextmanager
def everything_fixed(settings: Any, folder: Path) -> Iterator[Clock]:
    """Times, salts, ids of rows that are saved, the site and its key."""
    clock = Clock()
    salts, ids, same = count(), count(), Counter[str]()

    def salt(size: int) -> bytes:
        return sha256(f"salt {next(salts)}".encode()).digest()[:size]

    def name(instance: Any, **_: Any) -> None:
        if instance._state.adding and isinstance(instance._meta.pk, UUIDField):
            said = [instance._meta.label_lower, *(str(getattr(instance, key, "")) for key in TELLING)]
            key = "\n".join(said)
            same[key] += 1
            instance.pk = uuid.uuid5(NAMES, f"{key}\n{same[key]}")

    settings.SITE_URL, settings.VAR, settings.LOG_ORIGIN = SITE, folder, ""
    settings.LOG_SIGNING_KEY = str(signing_key(1))
    tree.signing_key.cache_clear()
    draft_rows.defaults_of.cache_clear()  # making them takes a salt
    pre_save.connect(name)
    try:
        with pytest.MonkeyPatch.context() as fixed:
            fixed.setattr("django.utils.timezone.now", clock)
            # Other random bytes, for example a module's own key, would change the order of the salts.
            for module in ("editorial.models.proposals", "record.log.entries"):
                fixed.setattr(f"factcheck.{module}.secrets", SimpleNamespace(token_bytes=salt))
            # Imported rows are written in bulk, without the signal above.
            for module in ("draft_rows", "references"):
                fixed.setattr(f"factcheck.imports.importer.{module}.new_id", lambda: uuid.uuid5(NAMES, f"{next(ids)}"))
            # A busy machine doesn't publish an import in more parts.
            # The database gives each version of the rules its time and its salt.
            fixed.setattr("factcheck.demo.loading.write_rules", lambda **rules: None)
            fixed.setattr("factcheck.editorial.proposals.import_policy.time", SimpleNamespace(monotonic=lambda: 0.0))
            yield clock
    finally:
        pre_save.disconnect(name)
        tree.signing_key.cache_clear()


class Records:
    """Records in the project's own format; the same at every call."""

    def __init__(self) -> None:
        self.chance = random.Random("same bytes")

    def text(self, language: str, least: int, most: int) -> str:
        return " ".join(self.chance.choices(PROSE[language].split(), k=self.chance.randint(least, most)))

    def maybe(self, value: Any, chance: float = 0.6) -> Any:
        return value if self.chance.random() < chance else None

    def day(self) -> str:
        return (date(2019, 1, 1) + timedelta(days=self.chance.randrange(2600))).isoformat()

    def claimant(self) -> dict[str, Any] | None:
        number = self.chance.randrange(60)
        made = random.Random(f"claimant {number}")
        kind = made.choice(["person", "organization", "unnamed"])
        said = {"id": str(uuid.uuid5(NAMES, f"claimant {number}")), "type": kind}
        if kind == "unnamed":
            return said | {"description": f"người dùng mạng xã hội số {number}"}
        return said | {
            "name": f"Nguyễn Văn {number}" if kind == "person" else f"وزارة {number}",
            "job_title": made.choice([None, "Bộ trưởng"]),
            "same_as": [f"https://profiles.example/{number}"] if made.random() < 0.5 else [],
            "is_public_figure": made.choice([True, False]),
            "confirmed": made.choice([True, False]),
        }

    def claim(self, number: int) -> dict[str, Any]:
        language = self.chance.choice(list(PROSE))
        return {
            "id": str(uuid.uuid5(NAMES, f"claim {number}")),
            "text": f"{self.text(language, 4, 30)} ({number})",
            "language": language,
            "claimed_on": self.maybe(self.day()),
            "location": self.maybe("Thừa Thiên Huế", 0.3),
            "claimant": self.maybe(self.claimant(), 0.8),
            "appearances": [
                {
                    "url": f"https://social.example/p/{number}?n={place}",
                    "medium": self.chance.choice(["text", "image", "video", "audio", None]),
                    "media_sha256": self.maybe(sha256(str(number).encode()).hexdigest(), 0.3),
                    "archive_url": self.maybe(f"https://archive.example/{number}", 0.3),
                    "first": place == 0,
                }
                for place in range(self.chance.randrange(4))
            ],
        }

    def record(self, number: int, claim: dict[str, Any]) -> dict[str, Any]:
        language = self.chance.choice([claim["language"], "vi", "en"])
        publisher = self.chance.randrange(15)
        label = self.chance.choice(LABELS)
        value = self.maybe(str(self.chance.randint(1, 5)), 0.7)
        return {
            "id": str(uuid.uuid5(NAMES, f"review {number}")),
            "original_url": f"https://publisher{publisher}.example/kiem-chung/{number}",
            "language": language,
            "headline": self.maybe(self.text(language, 3, 12), 0.9),
            "summary": self.maybe(self.text(language, 5, 40), 0.8),
            "body": self.maybe("\n\n".join(self.text(language, 10, 60) for _ in range(3)) + "\n\n* **một**\n* hai", 0.7),
            "claim": claim,
            "verdict": {
                **self.chance.choice([{}, {}, {"scale": "truth", "slug": "false"}, {"scale": "truth", "slug": "true"}]),
                "explanation": self.maybe(self.text(language, 4, 10), 0.3),
                "original": {
                    "label": label, "value": value, "best": value and "5", "worst": value and "1",
                    "explanation": self.maybe(self.text(language, 3, 9), 0.3),
                    "image_url": self.maybe("https://images.example/verdict.png", 0.2),
                },
            },
            "sources": [self.source(number, place, language) for place in range(self.chance.randrange(5))],
            "publisher": {
                "name": f"Publisher {publisher}", "site": f"publisher{publisher}.example", "url": f"https://publisher{publisher}.example/",
                "same_as": [f"https://social.example/{publisher}"],
            },
            "authors": [{"name": f"Tác giả {self.chance.randrange(40)}"} for _ in range(self.chance.randrange(3))],
            "topics": [{"slug": slug, "labels": TOPICS[slug]} for slug in sorted(self.chance.sample(list(TOPICS), self.chance.randrange(3)))],
            "reviewed_on": self.maybe(self.day(), 0.9),
            "archive_url": self.maybe(f"https://archive.example/r/{number}", 0.3),
            "license": self.maybe("https://creativecommons.org/licenses/by/4.0/", 0.3),
        }  # fmt: skip

    def source(self, number: int, place: int, language: str) -> dict[str, Any]:
        return {
            "title": self.text(language, 2, 8),
            "url": self.maybe(f"https://source.example/{number}/{place}", 0.9),
            "publisher": self.maybe("Báo Mẫu", 0.5),
            "stance": self.chance.choice(["supports", "refutes", "context", None]),
            "quote": self.maybe(self.text(language, 4, 20), 0.4),
            "archive_url": self.maybe(f"https://archive.example/s/{number}/{place}", 0.3),
            "accessed_on": self.maybe(self.day(), 0.5),
        }

    def all(self) -> list[dict[str, Any]]:
        """Four of five have a claim to themselves, the others share one with the review before."""
        made: list[dict[str, Any]] = []
        for number in range(IMPORTED):
            shared = made and number % 5 == 4
            made.append(self.record(number, made[-1]["claim"] if shared else self.claim(number)))
        return made


def as_claim_review(record: dict[str, Any], label: str) -> dict[str, Any]:
    """The publisher's page later, in schema.org's words and with another verdict."""
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": record["original_url"],
        "claimReviewed": record["claim"]["text"],
        "inLanguage": record["language"],
        "headline": f"Cập nhật: {record['headline']}",
        "author": {"@type": "Organization", "name": record["publisher"]["name"]},
        "datePublished": "2026-02-03",
        "reviewRating": {
            "@type": "Rating",
            "alternateName": label,
            "ratingValue": 2,
            "bestRating": 5,
            "worstRating": 1,
        },
    }


class Story:
    """The newsroom and what it does, each step later than the one before."""

    def __init__(self, clock: Clock, settings: Any, folder: Path) -> None:
        self.clock, self.settings, self.file = clock, settings, folder / "reviews.jsonl"
        self.newsroom = make_newsroom()

    def take(self, *records: dict[str, Any]) -> None:
        """Imports, approves and publishes."""
        self.clock.tick()
        own_records.take(self.file, *records)
        self.clock.tick()
        own_records.publish()

    def do(self, verb: Any, *args: Any, **options: Any) -> None:
        """One of the verbs of `tests/support/drafts.py`."""
        self.clock.tick()
        verb(self.newsroom, *args, **options)

    def rotate(self) -> None:
        self.clock.tick()
        self.settings.LOG_SIGNING_KEY = f"{tree.signing_key()}\n{signing_key(2)}"
        key_rotation.rotate()
        self.settings.LOG_SIGNING_KEY = str(signing_key(2))
        tree.signing_key.cache_clear()

    def imports(self) -> list[dict[str, Any]]:
        records = Records().all()
        for first, last in ((0, 400), (400, 700), (700, IMPORTED)):
            self.take(*records[first:last])
        changed = [
            record | {"headline": f"Đã sửa: {record['headline']}", "verdict": {"original": {"label": "Sai hoàn toàn"}}}
            for record in records[3:180:3]
        ]
        self.take(*changed)
        self.take(*(as_claim_review(record, "Faux") for record in records[500:520]))
        return records

    def desk(self) -> list[Review]:
        """Reviews of the newsroom's own, with all that can become of them."""
        texts = ("Nước lũ đã ngập mái chùa.", "Vắc-xin có chip.", "Trà đá chữa cảm.", "Đập đã vỡ.", "شاي مثلج يشفي.")
        claims = [self.newsroom.make_claim(text=text, claimed_on=date(2026, 1, 30)) for text in texts]
        claims[1:1] = [claims[0]]
        made = []
        for number, claim in enumerate(claims):
            headline = f"Kiểm chứng {number}: {claim.text}"
            made.append(self.newsroom.make_review(claim, headline=headline, reviewed_on=date(2026, 2, 1)))
            self.do(Newsroom.publish_review, made[-1])
        self.do(Newsroom.correct_review, made[0], headline="Đoạn phim nước lũ là của năm 2020")
        self.do(Newsroom.withdraw_review, made[1])
        self.do(Newsroom.withdraw_review, made[2])
        self.do(Newsroom.reinstate_review, made[2])
        self.do(Newsroom.redact_review, made[3])
        self.do(Newsroom.publish_review, made[3])
        self.do(Newsroom.erase_review, made[4])
        return made

    def register(self, review: Review) -> None:
        first, second = (
            self.newsroom.make_demand(about, asked=asked) for about, asked in ((review, "Gỡ bài."), (None, "Sửa tên."))
        )
        self.do(Newsroom.publish_demand, first)
        self.do(Newsroom.publish_demand, second)
        self.do(Newsroom.update_demand, first, outcome="dropped")

    def joins(self, reviews: list[Review], records: list[dict[str, Any]]) -> None:
        """Merges and a split: of the desk's claims and of imported ones, one of which is erased while merged."""
        imported = [Claim.objects.get(pk=records[number]["claim"]["id"]) for number in (201, 202, 206)]
        self.do(Newsroom.merge_claims, reviews[0].claim, reviews[2].claim)
        self.do(Newsroom.merge_claims, imported[0], imported[1])
        self.do(Newsroom.merge_claims, imported[2], imported[1])
        self.do(Newsroom.correct_review, reviews[0], headline="Đoạn phim nước lũ là của năm 2018")
        self.do(Newsroom.split_claim, reviews[0].claim)
        self.do(Newsroom.split_claim, imported[0])
        self.do(Newsroom.erase_review, Review.objects.get(pk=records[206]["id"]))
        self.do(Newsroom.merge_claims, reviews[0].claim, imported[1])

    def imported_ones(self, records: list[dict[str, Any]]) -> None:
        """Withdrawals, reinstatements and erasures of imported reviews, and another import after it."""
        withdrawn, erased = (Review.objects.get(pk=records[number]["id"]) for number in (300, 301))
        self.do(Newsroom.withdraw_review, withdrawn)
        self.do(Newsroom.reinstate_review, withdrawn)
        self.do(Newsroom.erase_review, erased)
        self.take(*(record | {"summary": "Trang đã được viết lại."} for record in records[300:330]))

    def tell(self) -> None:
        records = self.imports()
        reviews = self.desk()
        self.register(reviews[0])
        self.joins(reviews, records)
        self.rotate()
        self.imported_ones(records)

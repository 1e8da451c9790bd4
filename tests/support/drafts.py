"""Factories for people and drafts. The workflow's own functions publish them, as on a real site."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db.models import Model

from factcheck.editorial.models import (
    Appearance,
    Authorship,
    Claim,
    Claimant,
    Demand,
    Membership,
    Proposal,
    Publisher,
    RatingScale,
    Review,
    Source,
    User,
    VerdictLabel,
    VerdictMapping,
)
from factcheck.editorial.people.roles import ACCOUNT_ADMINISTRATORS
from factcheck.editorial.proposals import (
    demand_policy,
    disowning_policy,
    mapping_policy,
    merge_policy,
    review_policy,
    workflow,
)
from factcheck.record.models import LogEntry

FLOOD = "Nước lũ ở Huế đã lên tới mái chùa."
NOTICE = "Xoá theo yêu cầu của người có dữ liệu cá nhân được bảo vệ."  # the notice that readers see after an erasure

# The published document of `make_demand` after an update, without its id, review, times and revision.
DEMAND: dict[str, Any] = {
    "language": "vi",
    "from": {"type": "state_body", "name": "Sở Thông tin tỉnh Ví Dụ", "description": None},
    "received_on": "2026-10-20",
    "legal_basis": "Nghị định 00/2020, điều 1",
    "asked": "Gỡ bài kiểm chứng về nước lũ.",
    "done": "Đã từ chối.",
    "done_on": "2026-10-30",
    "outcome": "refused",
    "withheld": None,
    "delayed_until": None,
    "publisher": {
        "type": "organization", "name": "Toà soạn kiemchung.example", "site": "kiemchung.example",
        "url": "https://kiemchung.example/", "logo_url": None, "same_as": [], "description": None, "codes": [],
        "methodology_url": None,
        "corrections_url": "https://kiemchung.example/corrections", "principles_url": None,
        "unnamed_sources_url": None, "feedback_url": None,
    },
    "license": "https://creativecommons.org/licenses/by/4.0/",
}  # fmt: skip


@dataclass
class Newsroom:
    """A publisher with a reporter, two editors and a chief editor, and what these people do."""

    publisher: Publisher
    reporter: User
    editor: User
    second: User
    chief: User

    def make_claim(self, **fields: Any) -> Claim:
        claimant = Claimant.objects.create(
            newsroom=self.publisher, type=Claimant.Type.UNNAMED, description="một người dùng mạng xã hội"
        )
        values: dict[str, Any] = {
            "text": FLOOD,
            "language": "vi",
            "claimed_on": date(2026, 10, 3),
            "claimant": claimant,
            "logged_by": self.reporter,
            **fields,
        }
        claim = Claim.objects.create(newsroom=self.publisher, **values)
        Appearance.objects.create(
            claim=claim,
            url="https://social.example/p/1",
            medium="video",
            first=True,
            no_capture_reason="Bài đăng đã bị xóa.",
        )
        return claim

    def make_review(self, claim: Claim | None = None, sources: int = 2, **fields: Any) -> Review:
        """Create a complete draft, written by the newsroom's reporter."""
        scale = make_scale()
        values: dict[str, Any] = {
            "language": "vi",
            "headline": "Video nước lũ là của năm 2020",
            "summary": "Sai. Đoạn video được quay năm 2020.",
            "body": "Đoạn video **không** quay năm nay.",
            "verdict": scale.verdicts.get(slug="false"),
            "created_by": self.reporter,
            **fields,
        }
        review = Review.objects.create(
            newsroom=self.publisher, publisher=self.publisher, claim=claim or self.make_claim(), **values
        )
        Authorship.objects.create(review=review, user=self.reporter)
        for position in range(sources):
            Source.objects.create(
                review=review,
                position=position,
                title=f"Nguồn {position + 1}",
                url=f"https://source.example/{position + 1}",
                no_capture_reason="Trang này chặn sao chép.",
                stance=Source.Stance.REFUTES if position == 0 else Source.Stance.CONTEXT,
            )
        return review

    def publish_review(self, review: Review) -> LogEntry:
        """Submit the review as the reporter, then approve and publish it as an editor."""
        approval = workflow.submit(subject=review, by=self.reporter)
        return workflow.approve_and_publish(proposal=approval, by=self.editor, digest=approval.digest)

    def publish_new(self, *args: Any, **fields: Any) -> Review:
        """Create and publish a review. The arguments are those of `make_review`."""
        review = self.make_review(*args, **fields)
        self.publish_review(review)
        return review

    def publish_claim(self, text: str = FLOOD) -> Claim:
        """Create a claim with a published review."""
        return self.publish_new(self.make_claim(text=text)).claim

    def open_correction(
        self,
        review: Review,
        note: str = "Ngày quay đã được xác minh lại với người quay phim.",
        **changes: Any,
    ) -> None:
        """Open a substantive correction and change these fields."""
        review_policy.open_correction(review=review, by=self.reporter, change_class="substantive", note=note)
        Review.objects.filter(pk=review.pk).update(**changes)

    def correct_review(self, review: Review, **changes: Any) -> LogEntry:
        """Open a substantive correction, change these fields and publish the correction."""
        self.open_correction(review, **changes)
        return self.publish_review(review)

    def withdraw_review(self, review: Review) -> None:
        approval = review_policy.withdraw(review=review, by=self.reporter, reason="Nguồn chính đã rút lại số liệu.")
        workflow.approve(proposal=approval, by=self.editor, digest=approval.digest)

    def erase_review(self, review: Review, *, notice: str = NOTICE, redact: bool = False) -> LogEntry:
        """Erase the review for a private person's data. An editor proposes, and the chief editor approves."""
        approval = review_policy.erase(
            review=review, by=self.editor, ground="personal_data", notice=notice, redact=redact
        )
        approval = workflow.approve(proposal=approval, by=self.chief, digest=approval.digest)
        assert approval.entry is not None
        return approval.entry

    def redact_review(self, review: Review) -> LogEntry:
        """Remove a name from the headline, and erase everything that was published with the name.

        Afterwards, the draft is ready to be submitted.
        """
        note = "Bài không còn nêu tên người quay đoạn phim này."
        self.open_correction(review, note, headline="Đoạn phim là của năm 2020")
        return self.erase_review(review, redact=True)

    def publish_three(self) -> tuple[Review, Review, Review]:
        """Return a corrected, a withdrawn and an erased review."""
        corrected, withdrawn, erased = (self.make_review() for _ in range(3))
        for review in (corrected, withdrawn, erased):
            self.publish_review(review)
        self.correct_review(corrected, summary="Sai. Đã sửa.")
        self.withdraw_review(withdrawn)
        self.erase_review(erased)
        return corrected, withdrawn, erased

    def reinstate_review(self, review: Review) -> None:
        approval = review_policy.reinstate(review=review, by=self.reporter, reason="Nguồn đã xác nhận lại số liệu.")
        workflow.approve(proposal=approval, by=self.editor, digest=approval.digest)

    def make_demand(self, review: Review | None = None, **fields: Any) -> Demand:
        """Create a complete draft, written by the newsroom's reporter."""
        values: dict[str, Any] = {
            "language": "vi",
            "received_on": date(2026, 10, 20),
            "from_type": Demand.From.STATE_BODY,
            "from_name": "Sở Thông tin tỉnh Ví Dụ",
            "asked": "Gỡ bài kiểm chứng về nước lũ.",
            "legal_basis": "Nghị định 00/2020, điều 1",
            "outcome": Demand.Outcome.REFUSED,
            "done": "Đã trả lời rằng bài viết có nguồn.",
            "done_on": date(2026, 10, 22),
            "created_by": self.reporter,
            **fields,
        }
        return Demand.objects.create(newsroom=self.publisher, review=review, **values)

    def approve_demand(self, demand: Demand) -> None:
        """Submit the demand as the reporter, and approve it as an editor."""
        approval = workflow.submit(subject=demand, by=self.reporter)
        workflow.approve(proposal=approval, by=self.editor, digest=approval.digest)

    def publish_demand(self, demand: Demand) -> LogEntry:
        self.approve_demand(demand)
        return workflow.publish(proposal=waiting(demand), by=self.editor)

    def update_demand(self, demand: Demand, note: str = "Tòa đã bác yêu cầu.", **changes: Any) -> LogEntry:
        """Open an update of a published demand, change these fields and publish the update."""
        demand_policy.reopen_demand(demand=demand, by=self.reporter, note=note)
        Demand.objects.filter(pk=demand.pk).update(**changes)
        return self.publish_demand(demand)

    def merge_claims(self, claim: Claim, into: Claim, note: str = "Hai bài cùng một lời đồn.") -> LogEntry:
        """Merge two claims of this newsroom. The reporter proposes, and an editor approves."""
        merge = merge_policy.propose_merge(claim=claim, into=into, by=self.reporter, note=note)
        entry = workflow.approve(proposal=merge, by=self.editor, digest=merge.digest).entry
        assert entry is not None
        return entry

    def split_claim(self, claim: Claim, note: str = "Hoá ra là hai lời đồn khác nhau.") -> LogEntry:
        merge = merge_policy.propose_split(claim=claim, by=self.reporter, note=note)
        entry = workflow.approve(proposal=merge, by=self.editor, digest=merge.digest).entry
        assert entry is not None
        return entry

    def propose_disowning(
        self, entries: str, by: User | None = None, reason: str = "Tài khoản bị lấy cắp."
    ) -> Proposal:
        since = datetime(2026, 10, 5, 2, 30, tzinfo=UTC)
        return disowning_policy.propose_disowning(
            newsroom=self.publisher, by=by or self.editor, entries=entries, since=since, reason=reason
        )

    def disown(self, entries: str) -> LogEntry:
        """Disown entries of this newsroom. One Editor proposes, and another one approves."""
        proposal = self.propose_disowning(entries)
        entry = workflow.approve(proposal=proposal, by=self.second, digest=proposal.digest).entry
        assert entry is not None
        return entry

    def adopt_mapping(self, words: str, site: str = "", slug: str | None = "false") -> LogEntry:
        """Map words to a verdict, or withdraw the mapping. One Editor proposes, and another one approves."""
        verdict = slug and make_scale().verdicts.get(slug=slug)
        mapping, _ = VerdictMapping.objects.update_or_create(
            words=words, site=site, defaults={"verdict": verdict or None}
        )
        proposal = workflow.submit(subject=mapping, by=self.editor)
        entry = workflow.approve(proposal=proposal, by=self.second, digest=proposal.digest).entry
        assert entry is not None
        return entry


def make_user(username: str, **fields: Any) -> User:
    """Create an account as the owner of the tables does at the shell: with a password, and without an approval."""
    values = {"password": _hashed(settings.PASSWORD_HASHERS[0]), "is_staff": True, "byline": username, **fields}
    user = User.objects.using("owner").create(username=username, **values)
    user._state.db = "default"
    return user


def give_role(user: User, newsroom: Publisher, role: str) -> Membership:
    """Give a role as the owner of the tables does, without a second person."""
    roles = Membership.objects.using("owner")
    membership, _created = roles.update_or_create(user_id=user.pk, publisher_id=newsroom.pk, defaults={"role": role})
    membership._state.db = "default"
    return membership


def make_administrator(username: str = "administrator", **fields: Any) -> User:
    """Create an account administrator, as the owner of the tables does."""
    user = make_user(username, **fields)
    group = Group.objects.using("owner").get(name=ACCOUNT_ADMINISTRATORS)
    User.groups.through.objects.using("owner").create(user_id=user.pk, group_id=group.pk)
    return user


@cache
def _hashed(hasher: str) -> str:
    """Return the hashed password, computed once for each hasher, because hashing is slow."""
    return make_password("a long enough secret")


def make_newsroom(site: str = "kiemchung.example") -> Newsroom:
    """Create a newsroom with its people. In a database that tests share, return the one of an earlier test."""
    publisher, is_new = Publisher.objects.get_or_create(
        site=site,
        defaults={
            "name": f"Toà soạn {site}",
            "url": f"https://{site}/",
            "corrections_url": f"https://{site}/corrections",
        },
    )
    people = []
    for name, role in (
        ("reporter", Membership.Role.REPORTER),
        ("editor", Membership.Role.EDITOR),
        ("second", Membership.Role.EDITOR),
        ("chief", Membership.Role.CHIEF_EDITOR),
    ):
        if is_new:
            give_role(make_user(f"{name}@{site}"), publisher, role)
        people.append(User.objects.get(username=f"{name}@{site}"))
    return Newsroom(publisher, *people)


def adopted_mappings() -> list[VerdictMapping]:
    """The mappings that apply as they are now."""
    rows = VerdictMapping.objects.filter(verdict__isnull=False).order_by("pk")
    return [*filter(mapping_policy.is_adopted, rows)]


def make_scale() -> RatingScale:
    """Return the default scale, with short labels for its verdicts "false" (1) and "true" (5)."""
    scale = RatingScale.objects.get(slug=settings.DEFAULT_RATING_SCALE)
    labels = VerdictLabel.objects.filter(verdict__scale=scale)
    if labels.filter(label="Sai").exists():
        return scale
    for slug, vi, en in (("false", "Sai", "False"), ("true", "Đúng", "True")):
        for language, label in (("vi", vi), ("en", en)):
            labels.filter(verdict__slug=slug, language=language).update(label=label, explanation=f"{label}.")
    return scale


def waiting(subject: Model) -> Proposal:
    """Return the proposal about this subject that is waiting for a decision or a publication."""
    found = workflow.open_proposal(subject)
    assert found is not None
    return found


def submitted(newsroom: Newsroom) -> Proposal:
    """A new review of the newsroom that waits for a decision."""
    return workflow.submit(subject=newsroom.make_review(), by=newsroom.reporter)

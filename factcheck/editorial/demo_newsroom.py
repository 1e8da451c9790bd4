"""Loads the demo newsroom (`demo/README.md`) into an empty database, through the workflow that a real newsroom uses."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import EditorialError
from factcheck.editorial.events import set_actor
from factcheck.editorial.models import (
    Appearance,
    Authorship,
    Claim,
    Claimant,
    Membership,
    Publisher,
    Review,
    Source,
    Topic,
    TopicLabel,
    User,
    Verdict,
)
from factcheck.editorial.models.kinds import Action
from factcheck.editorial.proposals import account_policy, review_policy, workflow
from factcheck.editorial.roles import ACCOUNT_ADMINISTRATORS
from factcheck.editorial.statement_columns import columns_of

_FOLDER = Path(__file__).parent / "demo"
# The passwords are random, so a slow hash adds no security. Each password is hashed again at the first login.
_ITERATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Login:
    """A demo login. `role` is the label of a role. `newsroom` is the name of a publisher, or ""."""

    username: str
    password: str
    role: str
    newsroom: str


@transaction.atomic
def load_demo(logins_file: Path) -> list[Login]:
    """Loads everything or nothing, and writes the logins to the file as a JSON list with mode 0600.

    Raises EditorialError if the database already contains a newsroom or an account.
    """
    if Publisher.objects.exists():
        raise EditorialError(
            _("This database already contains publishers. The demo newsroom requires an empty database.")
        )
    newsroom = json.loads((_FOLDER / "newsroom.json").read_text(encoding="utf-8"))
    if User.objects.exists():
        raise EditorialError(
            _("This database already contains accounts. The demo newsroom requires an empty database.")
        )
    publishers = {
        fields["site"]: Publisher.objects.create(**columns_of(Publisher, fields)) for fields in newsroom["publishers"]
    }
    logins = _accounts(newsroom["accounts"], publishers)
    for topic in newsroom["topics"]:
        row = Topic.objects.create(slug=topic["slug"])
        for language, label in topic["labels"].items():
            TopicLabel.objects.create(topic=row, language=language, label=label)
    for entry in json.loads((_FOLDER / "claims.json").read_text(encoding="utf-8")):
        _claim(entry, publishers, newsroom["no_capture_reason"])
    _write(logins_file, logins)
    return logins


def _accounts(accounts: list[dict[str, Any]], publishers: dict[str, Publisher]) -> list[Login]:
    """Adds the accounts as a newsroom does. The first administrator makes the second, and both then decide together."""
    first, second = (account["username"] for account in accounts if account["administers_accounts"])
    root = User.objects.create_superuser(first)
    people = {first: root}
    for fields in accounts:
        if fields["username"] != first:
            user = User(username=fields["username"], byline=fields["byline"], is_staff=True)
            user.set_unusable_password()
            user.save()
            people[user.username] = user
    _grant(Action.ADMINISTRATOR, people[second], by=root, decided_by=root)
    return [_login(fields, people[fields["username"]], publishers, root, people[second]) for fields in accounts]


def _login(fields: dict[str, Any], user: User, publishers: dict[str, Publisher], root: User, second: User) -> Login:
    role, newsroom = ACCOUNT_ADMINISTRATORS, ""
    for membership in fields["memberships"]:
        publisher = publishers[membership["publisher"]]
        given = {"newsroom": publisher, "role": membership["role"]}
        _grant(Action.ROLE, user, by=root, decided_by=second, **given)
        role, newsroom = str(Membership.Role(membership["role"]).label), publisher.name
    password = secrets.token_urlsafe(12)
    hasher = PBKDF2PasswordHasher()
    set_actor(user)  # only the account itself can set its password
    User.objects.filter(pk=user.pk).update(password=hasher.encode(password, hasher.salt(), iterations=_ITERATIONS))
    return Login(user.username, password, role, newsroom)


def _grant(action: Action, account: User, *, by: User, decided_by: User, **given: Any) -> None:
    set_actor(by)  # several people act in the transaction of the demo, one after the other
    proposal = account_policy.propose(account=account, action=action, by=by, **given)
    set_actor(decided_by)
    workflow.approve(proposal=proposal, by=decided_by, digest=proposal.digest)


def _claim(entry: dict[str, Any], publishers: dict[str, Publisher], reasons: dict[str, str]) -> None:
    """The newsroom of the claim's first review owns the claim. Others can review it once it is public."""
    fields = entry["claim"]
    newsroom = publishers[entry["reviews"][0]["publisher"]]
    claim = Claim.objects.create(
        newsroom=newsroom,
        claimant=_claimant(fields["claimant"], newsroom) if fields["claimant"] else None,
        logged_by=User.objects.get(username=entry["reviews"][0]["author"]),
        **columns_of(Claim, fields),
    )
    claim.topics.set(Topic.objects.filter(slug__in=entry["topics"]))
    for appearance in fields["appearances"]:
        Appearance.objects.create(
            claim=claim, no_capture_reason=reasons[claim.language], **columns_of(Appearance, appearance)
        )
    for review in entry["reviews"]:
        _review(review, claim, publishers[review["publisher"]], reasons)


def _claimant(fields: dict[str, Any], newsroom: Publisher) -> Claimant:
    return Claimant.objects.get_or_create(newsroom=newsroom, **columns_of(Claimant, fields))[0]


def _review(fields: dict[str, Any], claim: Claim, newsroom: Publisher, reasons: dict[str, str]) -> None:
    author = User.objects.get(username=fields["author"])
    second = (
        User.objects.filter(memberships__publisher=newsroom, memberships__role__in=Membership.DECIDING)
        .exclude(pk=author.pk)
        .earliest("pk")
    )
    verdicts = {verdict.slug: verdict for verdict in Verdict.objects.filter(scale__slug=settings.DEFAULT_RATING_SCALE)}
    review = Review.objects.create(
        newsroom=newsroom,
        publisher=newsroom,
        claim=claim,
        verdict=verdicts[fields["verdict"]],
        created_by=author,
        **{key: fields[key] for key in ("language", "headline", "summary", "body", "reviewed_on")},
    )
    Authorship.objects.create(review=review, user=author)
    for position, source in enumerate(fields["sources"]):
        Source.objects.create(
            review=review,
            position=position,
            no_capture_reason=reasons[review.language],
            **columns_of(Source, source),
        )
    _publish(review, author, second)
    if correction := fields["correction"]:
        set_actor(author)
        review_policy.open_correction(
            review=review, by=author, change_class=correction["class"], note=correction["note"]
        )
        changes = dict(correction["changes"])
        if "verdict" in changes:
            changes["verdict"] = verdicts[changes["verdict"]]
        review.refresh_from_db()
        for field, value in changes.items():
            setattr(review, field, value)
        review.save(update_fields=[*changes, "changed_at"])
        _publish(review, author, second)
    if withdrawal := fields["withdrawal"]:
        set_actor(author)
        proposal = review_policy.withdraw(review=review, by=author, reason=withdrawal["reason"])
        set_actor(second)
        workflow.approve(proposal=proposal, by=second, digest=proposal.digest)


def _publish(review: Review, author: User, second: User) -> None:
    set_actor(author)
    proposal = workflow.submit(subject=review, by=author)
    set_actor(second)
    workflow.approve(proposal=proposal, by=second, digest=proposal.digest)
    workflow.publish(proposal=proposal, by=second)


def _write(file: Path, logins: list[Login]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump([asdict(login) for login in logins], out, ensure_ascii=False, indent=1)
    unfinished.replace(file)

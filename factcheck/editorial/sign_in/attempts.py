"""Limits on attempts to sign in. The counters are in the database, so all processes share them.

An attempt is counted before the password is checked, so parallel requests can't exceed a limit. Devices that have
signed in to the account before have a counter of their own (OWASP's device cookies). An attacker who blocks the account
for unknown devices therefore never locks out its owner. django-axes isn't used, because it blocks an account or an
address for everyone, and grows its table with each attempt.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from factcheck.editorial.models import SignInCounter
from factcheck.server.secret_key import keyed_hash

FORGET = timedelta(hours=1)


@dataclass(frozen=True)
class Limit:
    """The number of attempts without a delay, and the longest delay in seconds. Each further attempt doubles it."""

    free: int
    longest: int


LIMITS = {
    "name": Limit(5, 300),  # passwords for one name, from all unknown devices
    "network": Limit(20, 300),  # passwords from one network, from unknown devices
    "all": Limit(100, 5),  # passwords from all unknown devices
    "device": Limit(10, 120),  # passwords from a device that has signed in to the account before
    "code": Limit(5, 300),  # codes for one account, after the right password
    "confirm": Limit(5, 300),  # passwords in one account's sessions, before an action or a new password
}


@dataclass(frozen=True)
class Counter:
    kind: str
    of: str = ""

    @property
    def key(self) -> str:
        """A keyed hash. Four digits bound the table and keep typed names out of it, so some names share a counter."""
        return f"{self.kind}:{keyed_hash('sign_in.counter', self.of)[: 4 if self.kind == 'name' else 32]}"


def begin_attempt(*counters: Counter) -> int:
    """Counts the attempt, or returns the number of seconds to wait before the next one."""
    limits = {counter.key: LIMITS[counter.kind] for counter in counters}
    with transaction.atomic():
        rows = lock_counters(limits)
        now = timezone.now()
        wait = max((row.blocked_until - now).total_seconds() for row in rows)
        if wait > 0:
            return int(wait) + 1
        for row in rows:
            row.attempts = 1 if row.last_at < now - FORGET else row.attempts + 1
            row.last_at = now
            excess = row.attempts - limits[row.key].free
            delay = 0 if excess < 0 else min(2 ** min(excess, 20), limits[row.key].longest)
            row.blocked_until = now + timedelta(seconds=delay)
        SignInCounter.objects.bulk_update(rows, ["attempts", "blocked_until", "last_at"])
    return 0


def attempt_succeeded(*counters: Counter) -> None:
    """Forgets the failures of this person, and takes this attempt out of the counters that many people share."""
    own = [counter.key for counter in counters if counter.kind not in ("network", "all")]
    shared = [counter.key for counter in counters if counter.kind in ("network", "all")]
    SignInCounter.objects.filter(key__in=own).update(attempts=0, blocked_until=timezone.now())
    SignInCounter.objects.filter(key__in=shared, attempts__gt=0).update(attempts=F("attempts") - 1)


def lock_counters(keys: Iterable[str]) -> list[SignInCounter]:
    """The rows, created if they are missing. All transactions lock them in the same order."""
    keys = sorted(keys)
    SignInCounter.objects.bulk_create([SignInCounter(key=key) for key in keys], ignore_conflicts=True)
    return list(SignInCounter.objects.select_for_update().filter(key__in=keys).order_by("key"))

"""Limits on attempts to sign in. The counters are in the database, so all processes share them.

An attempt is counted before the password is checked, so parallel requests can't exceed a limit. Devices that have
already signed in to the account have their own counter (OWASP's device cookies). Otherwise, the first attempts for a
name from one network always pass, however many attempts strangers have made. An attacker can therefore neither lock out
a person in another network nor fill the counters that all people share. Passkeys aren't counted at all.

The package django-axes isn't used. It blocks an account or an address for everyone, and grows its table with each
attempt.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from factcheck.editorial.models import SignInCounter
from factcheck.tools.secret_key import keyed_hash
from factcheck.web.rate_limits import hour_hash

FORGET = timedelta(hours=1)


@dataclass(frozen=True)
class Limit:
    """The number of attempts without a delay, and the longest delay in seconds.

    Each further attempt doubles the delay.
    """

    free: int
    longest: int


LIMITS = {
    "pair": Limit(5, 300),  # passwords for one name from one network, from unknown devices
    "name": Limit(5, 300),  # passwords for one name, from all unknown devices
    "network": Limit(20, 300),  # passwords from one network, from unknown devices
    "all": Limit(100, 5),  # passwords from all unknown devices
    "device": Limit(10, 120),  # passwords from a device that has signed in to the account before
    "code": Limit(5, 300),  # codes for one account, after the right password
    "confirm": Limit(5, 300),  # passwords in one account's sessions, before an action or a new password
}


OF_NETWORKS = ("pair", "network")  # counters that begin again with each hour, when the site forgets the networks
SHARED = ("name", "network", "all")  # counters that strangers can fill
FIRST = 3  # attempts for a name from one network that pass these counters
FLOOD = 100  # attempts from one network, after which none pass


@dataclass(frozen=True)
class Counter:
    kind: str
    of: str = ""
    digits: int = 32

    @property
    def key(self) -> str:
        """A keyed hash of the counted value.

        For names without an account, four digits are kept: they limit the size of the table, and typed names can't be
        guessed from them. Some of these names therefore share a counter.
        """
        hashed = hour_hash(self.of) if self.kind in OF_NETWORKS else keyed_hash("sign_in.counter", self.of)
        return f"{self.kind}:{hashed[: self.digits]}"


def begin_attempt(*counters: Counter) -> int:
    """Count the attempt and return 0, or return the number of seconds to wait before the next attempt."""
    limits = {counter.key: LIMITS[counter.kind] for counter in counters}
    with transaction.atomic():
        rows = lock_counters(limits)
        now = timezone.now()
        tries = {row.key.partition(":")[0]: row.attempts if row.last_at >= now - FORGET else 0 for row in rows}
        is_first = tries.get("pair", FIRST) < FIRST and tries.get("network", 0) < FLOOD
        asked = [row for row in rows if not (is_first and row.key.startswith(SHARED))]
        wait = max((row.blocked_until - now).total_seconds() for row in asked)
        if wait > 0:
            return int(wait) + 1
        for row in rows:
            row.attempts = 1 if row.last_at < now - FORGET else row.attempts + 1
            row.last_at = now
            excess = row.attempts - limits[row.key].free
            # The delay is 1, 2, 4, … seconds, up to the longest delay of the limit.
            delay = 0 if excess < 0 else min(2 ** min(excess, 20), limits[row.key].longest)
            row.blocked_until = now + timedelta(seconds=delay)
        SignInCounter.objects.bulk_update(rows, ["attempts", "blocked_until", "last_at"])
    return 0


def attempt_succeeded(*counters: Counter) -> None:
    """Forget this person's failures, and subtract this attempt from the counters that many people share."""
    own = [counter.key for counter in counters if counter.kind not in ("network", "all")]
    shared = [counter.key for counter in counters if counter.kind in ("network", "all")]
    SignInCounter.objects.filter(key__in=own).update(attempts=0, blocked_until=timezone.now())
    SignInCounter.objects.filter(key__in=shared, attempts__gt=0).update(attempts=F("attempts") - 1)


def lock_counters(keys: Iterable[str]) -> list[SignInCounter]:
    """Lock and return the rows, and create missing ones. The sorted order prevents deadlocks."""
    keys = sorted(keys)
    SignInCounter.objects.bulk_create([SignInCounter(key=key) for key in keys], ignore_conflicts=True)
    return list(SignInCounter.objects.select_for_update().filter(key__in=keys).order_by("key"))

"""Claims that were found to be the same: under which claim each is shown, now and in the past.

A merge shows a claim under another one until a split takes it back. At any moment the merges make a forest (the
trigger merge_has_target), so every claim has one home: the root of its tree.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from factcheck.record.readmodel.models import PublishedMerge


@dataclass(frozen=True, slots=True)
class Home:
    """The claim under which another one (or itself) is shown from the entry `since` until the entry `until`."""

    claim_id: UUID
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class Family:
    """Claims that were ever joined, with their merges in the log's order."""

    members: frozenset[UUID]
    merges: dict[UUID, list[PublishedMerge]]

    @classmethod
    def of(cls, ids: Collection[UUID], using: str = "default") -> "Family":
        """These claims, and whatever was ever joined with them. One query as long as nothing was."""
        members, fresh, found = set(ids), set(ids), dict[int, PublishedMerge]()
        while fresh:
            rows = PublishedMerge.objects.using(using).filter(Q(claim_id__in=fresh) | Q(into_id__in=fresh))
            found |= {row.sequence: row for row in rows.filter(into_id__isnull=False).defer("body")}
            joined = {claim for row in found.values() for claim in (row.claim_id, row.into_id) if claim}
            fresh, members = joined - members, members | joined
        merges: dict[UUID, list[PublishedMerge]] = {}
        for _sequence, row in sorted(found.items()):
            merges.setdefault(row.claim_id, []).append(row)
        return cls(frozenset(members), merges)

    def homes(self, claim_id: UUID) -> list[Home]:
        """Under which claims this one was shown, in the log's order, without a gap."""
        found: list[Home] = []
        parts = [Home(claim_id, 0, None)]
        while parts:
            place, since, until = (part := parts.pop()).claim_id, part.since, part.until
            for merge in self.merges.get(place, ()):
                assert merge.into_id is not None
                begin, end = max(since, merge.sequence), _earlier(until, merge.until)
                if end is not None and end <= begin:
                    continue
                if since < begin:
                    found.append(Home(place, since, begin))
                parts.append(Home(merge.into_id, begin, end))
                if end is None:
                    break
                since = end
            else:
                if until is None or since < until:
                    found.append(Home(place, since, until))
        return sorted(found, key=lambda home: home.since)

    def home(self, claim_id: UUID, sequence: int | None = None) -> UUID:
        """Under which claim this one was shown after the entry `sequence`; without one, is shown now."""
        homes = self.homes(claim_id)
        if sequence is None:
            return homes[-1].claim_id
        return next((home.claim_id for home in reversed(homes) if home.since <= sequence), claim_id)

    def shown_under(self, claim_id: UUID, sequence: int | None = None) -> set[UUID]:
        """The claims whose reviews are shown under this one, itself among them unless it is merged; see `home`."""
        return {member for member in self.members if self.home(member, sequence) == claim_id}


def _earlier(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)

"""Merged claims: the claim under which each claim is shown, now and in the past.

After a merge, a claim is shown under another claim until a split. At any time the merges form a forest, which is
enforced by the trigger merge_has_target. So every claim is shown under exactly one claim, the root of its tree.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from factcheck.record.readmodel.models import PublishedMerge


@dataclass(frozen=True, slots=True)
class Placement:
    """A claim is shown under the claim `claim_id` from the entry `since` until the entry `until`."""

    claim_id: UUID
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class MergeGroup:
    """Claims that have ever been merged with one another, and their merges in log order."""

    members: frozenset[UUID]
    merges: dict[UUID, list[PublishedMerge]]

    @classmethod
    def of(cls, ids: Collection[UUID], using: str = "default") -> "MergeGroup":
        """These claims and all claims that have ever been merged with them. Without merges, only one query is made."""
        members, new, found = set(ids), set(ids), dict[int, PublishedMerge]()
        while new:
            rows = PublishedMerge.objects.using(using).filter(Q(claim_id__in=new) | Q(into_id__in=new))
            found |= {row.sequence: row for row in rows.filter(into_id__isnull=False).defer("body")}
            merged = {claim for row in found.values() for claim in (row.claim_id, row.into_id) if claim}
            new, members = merged - members, members | merged
        merges: dict[UUID, list[PublishedMerge]] = {}
        for _sequence, row in sorted(found.items()):
            merges.setdefault(row.claim_id, []).append(row)
        return cls(frozenset(members), merges)

    def placements(self, claim_id: UUID) -> list[Placement]:
        """The claims under which this claim has been shown, in log order and without gaps."""
        found: list[Placement] = []
        stack = [Placement(claim_id, 0, None)]
        while stack:
            current, since, until = (part := stack.pop()).claim_id, part.since, part.until
            for merge in self.merges.get(current, ()):
                assert merge.into_id is not None
                begin, end = max(since, merge.sequence), _earlier(until, merge.until)
                if end is not None and end <= begin:
                    continue
                if since < begin:
                    found.append(Placement(current, since, begin))
                stack.append(Placement(merge.into_id, begin, end))
                if end is None:
                    break
                since = end
            else:
                if until is None or since < until:
                    found.append(Placement(current, since, until))
        return sorted(found, key=lambda placement: placement.since)

    def root(self, claim_id: UUID, sequence: int | None = None) -> UUID:
        """The claim under which this claim is shown, now or after the entry `sequence`."""
        placements = self.placements(claim_id)
        if sequence is None:
            return placements[-1].claim_id
        return next((each.claim_id for each in reversed(placements) if each.since <= sequence), claim_id)

    def shown_under(self, claim_id: UUID, sequence: int | None = None) -> set[UUID]:
        """The claims that are shown under this claim, now or after the entry `sequence`."""
        return {member for member in self.members if self.root(member, sequence) == claim_id}


def _earlier(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)

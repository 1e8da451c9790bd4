"""Merged claims: the claim under which each claim is shown, now or after an earlier entry.

After a merge, a claim is shown under another claim until a split. At any time, the merges form a forest, which is
enforced by the trigger merge_has_target. So every claim is shown under exactly one claim, the root of its tree.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from factcheck.record.readmodel.models import PublishedMerge


@dataclass(frozen=True, slots=True)
class MergeGroup:
    """Claims that have ever been merged with each other, and the merges of each claim."""

    members: frozenset[UUID]
    merges: dict[UUID, list[PublishedMerge]]

    @classmethod
    def of(cls, ids: Collection[UUID], using: str = "default") -> "MergeGroup":
        """Read these claims and all claims that have ever been merged with them.

        Without merges, only one query is made.
        """
        # Follow merges in both directions, one step at a time, until a step finds no new claim.
        members, new, found = set(ids), set(ids), dict[int, PublishedMerge]()
        while new:
            rows = PublishedMerge.objects.using(using).filter(Q(claim_id__in=new) | Q(into_id__in=new))
            found |= {row.sequence: row for row in rows.filter(into_id__isnull=False).defer("body")}
            merged = {claim for row in found.values() for claim in (row.claim_id, row.into_id) if claim}
            new, members = merged - members, members | merged
        merges: dict[UUID, list[PublishedMerge]] = {}
        for row in found.values():
            merges.setdefault(row.claim_id, []).append(row)
        return cls(frozenset(members), merges)

    def root(self, claim_id: UUID, sequence: int | None = None) -> UUID:
        """Return the claim under which this claim is shown, now or after the entry `sequence`."""
        for merge in self.merges.get(claim_id, ()):
            if merge.into_id and merge.is_in_force(sequence):
                return self.root(merge.into_id, sequence)
        return claim_id

    def shown_under(self, claim_id: UUID, sequence: int | None = None) -> set[UUID]:
        """Return the claims that are shown under this claim, now or after the entry `sequence`."""
        return {member for member in self.members if self.root(member, sequence) == claim_id}

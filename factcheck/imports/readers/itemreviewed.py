"""What a ClaimReview says about the claim itself: who made it and where (its `itemReviewed`)."""

from typing import Any

from factcheck.imports.readers.jsonld import Node
from factcheck.imports.readers.normalise import web_address
from factcheck.record.statements.review import Claimant, ReviewedClaim

Said = dict[str, Any]

_MEDIA = {"TextObject": "text", "ImageObject": "image", "VideoObject": "video", "AudioObject": "audio"}
# Types below schema.org's Organization whose names do not end in it.
_ORGANIZATIONS = {
    "Corporation",
    "Consortium",
    "Cooperative",
    "NGO",
    "PoliticalParty",
    "WorkersUnion",
    "CollegeOrUniversity",
}
_HEX = frozenset("0123456789abcdef")


def claimant_of(item: Node, key: str = "author") -> Said | None:
    """The first of those under `key` that has a name or a description; without any, whom `creditText` describes.

    An author whose type is not given counts as a person, with whom more care is due.
    """
    found: list[Said] = []
    authors = list(item.parties(key))
    if not authors and (described := item.text_for(Claimant, "description", "creditText")):
        authors = [Node({"description": described}, item.pointer, item.notes)]
    for author in authors:
        if isinstance(author, str):
            author = Node({"name": author}, f"{item.pointer}/{key}", item.notes)
        name = author.text_for(Claimant, "name", "name")
        description = author.text_for(Claimant, "description", "description")
        if name or description:
            kind = "organization" if is_organization(author) else "person"
            found.append(
                {
                    "type": kind if name else "unnamed",
                    "name": name,
                    "description": description,
                    "job_title": author.text_for(Claimant, "job_title", "jobTitle"),
                    "same_as": author.profiles(),
                }
            )
    if len(found) > 1:
        item.drop(key, "several", f"only the first of {len(found)} claimants is carried")
    return found[0] if found else None


def location_of(item: Node) -> str | None:
    """Where the claim was made: the place of a Claim, the name of a work.

    "The location where this claim was made" (Google's claimLocation) is the name of a work. A Claim's name is a name
    of the claim.
    """
    if "Claim" not in item.types:
        return item.text_for(ReviewedClaim, "location", "name")
    place = item.node("locationCreated")
    return (
        place.text_for(ReviewedClaim, "location", "name")
        if place
        else item.text_for(ReviewedClaim, "location", "locationCreated")
    )


def appearances_of(item: Node) -> list[Said]:
    """Where the claim was made, once each. An item that is no Claim but a work is an appearance itself."""
    found: dict[str, Said] = {}
    for key in ("firstAppearance", "appearance"):
        for entry in item.entries(key):
            _appearance(item, key, entry, found, first=key == "firstAppearance" and not found)
    if "Claim" not in item.types and item.members.get("url"):
        work: dict[str, object] = {
            name: item.members[name] for name in ("@type", "url", "archivedAt", "sha256") if name in item.members
        }
        _appearance(item, "url", Node(work, item.pointer, item.notes), found, first=False)
    return list(found.values())


def _appearance(item: Node, key: str, entry: Node | str, found: dict[str, Said], *, first: bool) -> None:
    work = entry if isinstance(entry, Node) else Node({"url": entry}, f"{item.pointer}/{key}", item.notes)
    written = work.written_address()
    address = web_address(written) if written else None
    if address is None:
        if written:
            item.drop_address(key, written)
        return
    digest = (work.text("sha256", limit=500) or "").lower()
    appearance = {
        "url": address,
        "medium": next((_MEDIA[name] for name in sorted(work.types) if name in _MEDIA), None),
        "media_sha256": digest if len(digest) == 64 and _HEX.issuperset(digest) else None,
        "archive_url": work.address("archivedAt"),
        "first": first,
    }
    found.setdefault(address, appearance)


def is_organization(party: Node) -> bool:
    return any(name.endswith("Organization") or name in _ORGANIZATIONS for name in party.types)

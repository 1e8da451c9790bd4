"""The reader of a ClaimReview's claim (`itemReviewed`), including who made the claim and where."""

from factcheck.imports.readers.jsonld import Node
from factcheck.imports.readers.jsonld_graphs import Node as Members
from factcheck.imports.readers.normalise import web_address
from factcheck.record.formats.canonical import JsonObject
from factcheck.record.statements.review import Claimant, ReviewedClaim

_MEDIA = {"TextObject": "text", "ImageObject": "image", "VideoObject": "video", "AudioObject": "audio"}
_KINDS = frozenset(_MEDIA.values())
# Subtypes of schema.org's Organization whose names don't end in "Organization".
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


def claimant_of(item: Node, key: str = "author") -> JsonObject | None:
    """Return the first claimant under `key` with a name or a description, or else the claimant from `creditText`.

    An author without a type counts as a person, because persons need more protection.
    """
    found: list[JsonObject] = []
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
        item.drop(key, "several", f"only the first of {len(found)} claimants is kept")
    return found[0] if found else None


def location_of(item: Node) -> str | None:
    """Return the place where the claim was made: a Claim's `locationCreated`, or the name of any other work.

    Google documents the name of a work as "the location where this claim was made". The name of a Claim is the name of
    the claim itself.
    """
    if "Claim" not in item.types:
        return item.text_for(ReviewedClaim, "location", "name")
    place = item.node("locationCreated")
    return (
        place.text_for(ReviewedClaim, "location", "name")
        if place
        else item.text_for(ReviewedClaim, "location", "locationCreated")
    )


def appearances_of(item: Node) -> list[JsonObject]:
    """Return the appearances of the claim, without repetitions. An item that isn't a Claim is itself an appearance."""
    found: dict[str, JsonObject] = {}
    for key in ("firstAppearance", "appearance"):
        for entry in item.entries(key):
            _add_appearance(item, key, entry, found, first=key == "firstAppearance" and not found)
    if "Claim" not in item.types and item.members.get("url"):
        work: Members = {
            name: item.members[name] for name in ("@type", "url", "archivedAt", "sha256") if name in item.members
        }
        _add_appearance(item, "url", Node(work, item.pointer, item.notes), found, first=False)
    return list(found.values())


def is_organization(party: Node) -> bool:
    return any(name.endswith("Organization") or name in _ORGANIZATIONS for name in party.types)


def _medium_of(work: Node) -> str | None:
    """Return the medium by the type of the work, or else by its media type (RFC 9110, section 8.3.1)."""
    kind = (work.text("encodingFormat", limit=500) or "").partition("/")[0].lower()
    return next((_MEDIA[name] for name in sorted(work.types) if name in _MEDIA), kind if kind in _KINDS else None)


def _add_appearance(item: Node, key: str, entry: Node | str, found: dict[str, JsonObject], *, first: bool) -> None:
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
        "medium": _medium_of(work),
        "media_sha256": digest if len(digest) == 64 and _HEX.issuperset(digest) else None,
        "archive_url": work.address("archivedAt"),
        "first": first,
    }
    found.setdefault(address, appearance)

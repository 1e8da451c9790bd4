"""The signatures on proposals: who has to sign, what a signature proves, and what the record learns of it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.errors import EditorialError, Unsigned, WrongFactor, translate_record_errors
from factcheck.editorial.models import Proposal, Signature, User
from factcheck.editorial.models.kinds import SHAPES, Kind
from factcheck.record.approvals.assertions import ApprovalError, Assertion, ImportTree, Opening, Place, check
from factcheck.record.formats.canonical import rfc3339
from factcheck.record.log import checkpoints


def protections() -> dict[str, Any]:
    """Return the newsrooms in which two people sign now, by their sites, as the log's signer describes them.

    Raises Setup if the signer doesn't answer.
    """
    with translate_record_errors():
        found = checkpoints.protected_newsrooms()
    return {site: row for site, row in found.items() if (row["off_at"] or "~") > rfc3339(timezone.now())}


def needs_signatures(proposal: Proposal) -> bool:
    """Return whether two people have to sign the proposal. A merge of claims can concern two newsrooms."""
    shape = SHAPES[Kind(proposal.kind)]
    known = protections() if shape.is_signed or shape.is_logged else {}
    return bool(known) and any(each and each.site in known for each in (proposal.newsroom, proposal.deciding))


def usable_keys(person: User) -> dict[str, Any]:
    """Return the person's passkeys that can sign now in any newsroom, by the hashes of their IDs."""
    now, own = rfc3339(timezone.now()), set(person.second_factors.passkeys().values_list("key", flat=True))
    keys = (key for row in protections().values() for key in row["keys"])
    return {key["id"]: key for key in keys if key["id"] in own and not key["revoked"] and key["since"] <= now}


def why_waiting(proposal: Proposal) -> str:
    """Return a sentence about the submitter's missing signature, or "" if nothing is missing."""
    try:
        needs = not proposal.effective_decision and needs_signatures(proposal)
    except EditorialError as problem:
        return str(problem)
    if not needs or proposal.signatures.filter(person=proposal.submitted_by_id).exists():
        return ""
    return _("%s hasn’t signed this yet. Until then, nobody can approve it.") % proposal.submitted_by


def sign(proposal: Proposal, by: User, assertion: Assertion) -> None:
    """Store the person's signature, unless the person has already signed. Raises WrongFactor."""
    key = usable_keys(by).get(assertion.key)
    if key is None:
        raise WrongFactor(_("This passkey can’t sign for the newsroom. Use another one, or have its key added."))
    try:
        check(assertion, key["public_key"], proposal.challenge(), key["origin"])
    except ApprovalError as problem:
        text = _("The signature wasn’t accepted. Open the desk at %s, read this page again and sign.")
        raise WrongFactor(text % key["origin"]) from problem
    columns = zip(("passkey", "authenticator_data", "client_data", "signature"), assertion, strict=True)
    Signature.objects.get_or_create(proposal=proposal, person=by, defaults=dict(columns))


def require_signed(proposal: Proposal, by: User) -> None:
    """Raise Unsigned if the newsroom needs signatures and the submitter or the approver hasn't signed."""
    if not needs_signatures(proposal):
        return
    if reason := why_waiting(proposal):
        raise Unsigned(reason)
    if not proposal.signatures.filter(person=by).exists():
        raise Unsigned(_("In this newsroom, you approve with your passkey. Open this at the desk, and sign there."))


def opening_of(proposal: Proposal) -> Opening | None:
    """Return the signatures of the submitter and of the approver, or None without them."""
    found = proposal.signatures.filter(Q(person=F("proposal__submitted_by")) | Q(person=F("proposal__decided_by")))
    rows = sorted(found, key=lambda row: row.person_id != proposal.submitted_by_id)
    return Opening([row.assertion for row in rows]) if len(rows) == 2 else None


class ImportOpenings:
    """The openings of an import's members: the signatures on the import, and the place of each member in it."""

    def __init__(self, whole: Proposal) -> None:
        self.opening, self.whole = opening_of(whole), whole
        members = whole.members_to_sign() if self.opening else []
        self.tree = ImportTree([member.challenge() for member in members])
        self.places = {member.pk: place for place, member in enumerate(members)}

    def of(self, members: Sequence[Proposal]) -> list[Opening | None]:
        if self.opening is None:
            return [None] * len(members)
        salt, subject = self.whole.salt.hex(), str(self.whole.subject_id)
        paths = (self.tree.path(self.places[member.pk]) for member in members)
        return [self.opening._replace(place=Place(subject, salt, path)) for path in paths]

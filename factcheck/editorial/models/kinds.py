"""The kinds of proposals, the actions of each kind, and the columns that refer to a proposal's subject."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.models.claims import Claim
from factcheck.editorial.models.demands import Demand
from factcheck.editorial.models.imports import ImportBatch
from factcheck.editorial.models.people import Freeze, Publisher, User
from factcheck.editorial.models.reviews import Review
from factcheck.editorial.models.scales import VerdictMapping


class Kind(models.TextChoices):
    """The kinds of subjects that proposals are about. Each kind has a policy in `factcheck.editorial.proposals`."""

    REVIEW = "review", _("review")
    DEMAND = "demand", _("demand")
    MERGE = "merge", _("claims")
    IMPORT = "import", _("import")
    MAPPING = "mapping", _("verdict mapping")
    FREEZE = "freeze", _("freeze of publishing")
    DISOWNING = "disowning", _("disowned entries")
    ACCOUNT = "account", _("account")
    KEYS = "keys", _("keys that sign")


class Action(models.TextChoices):
    PUBLICATION = "publication", _("publication")
    WITHDRAWAL = "withdrawal", _("withdrawal")
    REINSTATEMENT = "reinstatement", _("reinstatement")
    ERASURE = "erasure", _("erasure")
    MERGE = "merge", _("merge")
    SPLIT = "split", _("split")
    ADOPTION = "adoption", _("adoption")
    UNFREEZING = "unfreezing", _("end of the freeze")
    ROLE = "role", _("role in a newsroom")
    ADMINISTRATOR = "administrator", _("account administrator")
    RESET = "reset", _("new password")
    EMAIL = "email", _("e-mail address")
    REOPENING = "reopening", _("reopening")
    REMOVAL = "removal", _("removal of a role")
    DISMISSAL = "dismissal", _("removal of an account administrator")
    CLOSING = "closing", _("closing of an account")
    PAUSE = "pause", _("pause of an account")
    UNDOING = "undoing", _("undoing of a removal")
    ENROLMENT = "enrolment", _("new key")
    REVOCATION = "revocation", _("revocation of a key")
    OFF = "off", _("end of the signatures")


class Decision(models.TextChoices):
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned")


# One person can take away rights without a second person, but only within limits (`sql/accounts.sql`). A pause ends
# unless a second person confirms the pause.
TAKING = (Action.REMOVAL, Action.DISMISSAL, Action.CLOSING)
SETTLED_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Shape:
    """The parts of a kind that the model of proposals needs. The kind's policies contain the rest."""

    subject: type[models.Model]
    actions: tuple[Action, ...]
    columns: tuple[str, ...]  # the columns that refer to the subject (two for merges, otherwise one)
    related: tuple[str, ...] = ()  # relations that `select_related` loads, because the subject's name needs them
    is_draft: bool = False  # the subject is a draft, which is published after its approval
    is_logged: bool = False
    takes_effect: bool = False  # when it is approved, so that no approved proposal waits for its entry
    is_signed: bool = False  # like what is logged, in newsrooms where two people sign with their passkeys


_CHANGES = (Action.ROLE, Action.ADMINISTRATOR, Action.RESET, Action.EMAIL, Action.REOPENING)
_ON_REVIEWS = (Action.PUBLICATION, Action.WITHDRAWAL, Action.REINSTATEMENT, Action.ERASURE)
_AT_ONCE: Any = {"is_logged": True, "takes_effect": True}
_OF_CLAIMS = ("claim__newsroom", "into__newsroom")
SHAPES = {
    Kind.REVIEW: Shape(Review, _ON_REVIEWS, ("review",), ("review__claim",), is_draft=True, is_logged=True),
    Kind.DEMAND: Shape(Demand, (Action.PUBLICATION,), ("demand",), is_draft=True, is_logged=True),
    Kind.MERGE: Shape(Claim, (Action.MERGE, Action.SPLIT), ("claim", "into"), _OF_CLAIMS, is_logged=True),
    Kind.IMPORT: Shape(ImportBatch, (Action.PUBLICATION,), ("batch",), is_signed=True),
    Kind.MAPPING: Shape(VerdictMapping, (Action.ADOPTION,), ("mapping",), ("mapping__verdict",), **_AT_ONCE),
    Kind.FREEZE: Shape(Freeze, (Action.UNFREEZING,), ("freeze",), ("freeze__newsroom",)),
    Kind.DISOWNING: Shape(Publisher, (Action.PUBLICATION,), ("disowner",), is_logged=True),
    Kind.KEYS: Shape(Publisher, (Action.ENROLMENT, Action.REVOCATION, Action.OFF), ("keys_of",), is_signed=True),
    Kind.ACCOUNT: Shape(User, (*_CHANGES, *TAKING, Action.PAUSE, Action.UNDOING), ("account",)),
}
DRAFTS = [kind for kind, shape in SHAPES.items() if shape.is_draft]
# The policy of each kind and action (`proposals/workflow.py`).
POLICIES: dict[tuple[str, str], Any] = {}


def subject_is_its_own() -> Q:
    """Return the database condition that exactly the columns of the proposal's kind are set.

    A review can also refer to the import that it came from.
    """
    found, columns = Q(), [column for shape in SHAPES.values() for column in shape.columns]
    for kind, shape in SHAPES.items():
        filled = {f"{column}__isnull": column not in shape.columns for column in columns}
        if kind == Kind.REVIEW:
            del filled["batch__isnull"]
        found |= Q(kind=str(kind), **filled)
    return found


def kind_of(subject: models.Model) -> Kind:
    """Return the kind of proposal for a row of this model."""
    return next(kind for kind, shape in SHAPES.items() if shape.subject is type(subject))

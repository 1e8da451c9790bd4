"""The kinds of proposals, the actions of each kind, and the columns that refer to the subject."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.models.claims import Claim
from factcheck.editorial.models.demands import Demand
from factcheck.editorial.models.imports import ImportBatch
from factcheck.editorial.models.people import Freeze, User
from factcheck.editorial.models.reviews import Review
from factcheck.editorial.models.scales import VerdictMapping


class Kind(models.TextChoices):
    """The kinds of subjects. Each kind has a policy in `factcheck.editorial.proposals`."""

    REVIEW = "review", _("review")
    DEMAND = "demand", _("demand")
    MERGE = "merge", _("claims")
    IMPORT = "import", _("import")
    MAPPING = "mapping", _("verdict mapping")
    FREEZE = "freeze", _("freeze of publishing")
    ACCOUNT = "account", _("account")


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


class Decision(models.TextChoices):
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned")


# One person takes away, with a brake (`sql/accounts.sql`). A pause ends unless a second person confirms it.
TAKING = (Action.REMOVAL, Action.DISMISSAL, Action.CLOSING)
SETTLED_AFTER = timedelta(hours=24)

# The actions on each kind of subject, and the columns that refer to the subject.
ACTIONS = {
    Kind.REVIEW: (Action.PUBLICATION, Action.WITHDRAWAL, Action.REINSTATEMENT, Action.ERASURE),
    Kind.DEMAND: (Action.PUBLICATION,),
    Kind.MERGE: (Action.MERGE, Action.SPLIT),
    Kind.IMPORT: (Action.PUBLICATION,),
    Kind.MAPPING: (Action.ADOPTION,),
    Kind.FREEZE: (Action.UNFREEZING,),
    Kind.ACCOUNT: (
        Action.ROLE,
        Action.ADMINISTRATOR,
        Action.RESET,
        Action.EMAIL,
        Action.REOPENING,
        *TAKING,
        Action.PAUSE,
        Action.UNDOING,
    ),
}
SUBJECTS = {
    Kind.REVIEW: ("review",),
    Kind.DEMAND: ("demand",),
    Kind.MERGE: ("claim", "into"),
    Kind.IMPORT: ("batch",),
    Kind.MAPPING: ("mapping",),
    Kind.FREEZE: ("freeze",),
    Kind.ACCOUNT: ("account",),
}
Subject = Review | Demand | Claim | ImportBatch | VerdictMapping | Freeze | User
_KINDS: dict[type[models.Model], Kind] = {
    Review: Kind.REVIEW,
    Demand: Kind.DEMAND,
    Claim: Kind.MERGE,
    ImportBatch: Kind.IMPORT,
    VerdictMapping: Kind.MAPPING,
    Freeze: Kind.FREEZE,
    User: Kind.ACCOUNT,
}


def subject_is_its_own() -> Q:
    """Exactly the columns of the proposal's kind are set. A review can also refer to the import that it came from."""
    found, columns = Q(), [column for named in SUBJECTS.values() for column in named]
    for kind, named in SUBJECTS.items():
        filled = {f"{column}__isnull": column not in named for column in columns}
        if kind == Kind.REVIEW:
            del filled["batch__isnull"]
        found |= Q(kind=str(kind), **filled)
    return found


def kind_of(subject: models.Model) -> Kind:
    """The kind of proposal for a row of this model."""
    return _KINDS[type(subject)]

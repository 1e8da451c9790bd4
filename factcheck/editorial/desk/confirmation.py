"""The page that asks for the password or a passkey again before an action with grave consequences.

CONFIRMED lists these actions: they can't be undone, give rights or take rights away. EditorsDesk.admin_view calls
`confirm` before each page of the desk.
"""

from django.contrib import admin
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.people.account_actions import ACTIONS as ACCOUNT_ACTIONS
from factcheck.editorial.desk.people.sign_in_pages import passkey_options, wait_text
from factcheck.editorial.models import Proposal, User
from factcheck.editorial.proposals import workflow
from factcheck.editorial.sign_in.attempts import Counter, attempt_succeeded, begin_attempt
from factcheck.editorial.sign_in.freshness import is_fresh, record_proof
from factcheck.editorial.sign_in.journal import record_confirmation, record_failure
from factcheck.editorial.sign_in.passkeys import check_passkey

EVERY: frozenset[str] = frozenset()
# Both tables map names of the desk's URLs to the actions that need a confirmation. EVERY means each submission of the
# page. The actions in TAKING_AWAY take something away from other people. For them a fresh login isn't enough, because
# a thief of the session's cookie would profit from the login too. Only a fresh confirmation counts.
TAKING_AWAY: dict[str, frozenset[str]] = {
    "editorial_user_action": frozenset(name for name, action in ACCOUNT_ACTIONS.items() if action.is_destructive),
    "editorial_membership_action": EVERY,
    "editorial_freeze_add": EVERY,
    "editorial_apitoken_action": EVERY,
}
CONFIRMED: dict[str, frozenset[str]] = {
    "editorial_proposal": frozenset({"approve", "approve-and-publish", "hold", "publish", "undo"}),
    "editorial_review_action": frozenset({"withdraw", "reinstate", "redact", "erase"}),
    "editorial_first_hour": EVERY,
    "editorial_user_add": EVERY,
    "editorial_user_change": EVERY,
    "editorial_user_action": EVERY,
    "editorial_apitoken_add": EVERY,
    "account_passkey": EVERY,
    "account_app": EVERY,
    "account_codes": EVERY,
    "account_remove": EVERY,
}
_FIELDS = ("confirm-password", "confirm-passkey", "confirm-challenge")
_HIDDEN = (*_FIELDS, "csrfmiddlewaretoken")  # not sent again with the confirmed values


def confirm(request: HttpRequest) -> HttpResponse | None:
    """Return the page that asks for the confirmation, or None if the request can go on.

    The page keeps the submitted values in hidden fields and sends them again with the confirmation.
    """
    if request.method != "POST":
        return None
    takes_away = _is_in(request, TAKING_AWAY) or _approves_taking(request)
    if not (takes_away or _is_in(request, CONFIRMED)) or is_fresh(request, only_confirmations=takes_away):
        return None
    user, refusal = get_desk(request).user, None
    if any(field in request.POST for field in _FIELDS):
        refusal = _check(request, user)
        if refusal is None:
            record_proof(request, is_confirmation=True)
            record_confirmation(request, user)
            values = request.POST.copy()
            for field in _FIELDS:
                values.pop(field, None)
            request.POST = values  # type: ignore[assignment]
            return None
    context = {
        "title": _("Confirm that it’s you"),
        "values": [(key, value) for key, values in request.POST.lists() for value in values if key not in _HIDDEN],
        "url": request.get_full_path(),
        "refusal": refusal,
        "passkey": passkey_options(request, user),
    }
    site = admin.site.each_context(request)
    return TemplateResponse(request, "admin/editorial/sign_in/confirm.html", site | context)


def _is_in(request: HttpRequest, actions: dict[str, frozenset[str]]) -> bool:
    match = request.resolver_match
    names = actions.get(match.url_name or "") if match else None
    return match is not None and names is not None and (names is EVERY or match.kwargs.get("name") in names)


def _approves_taking(request: HttpRequest) -> bool:
    """Return whether the request approves a proposal that takes something away from a person.

    A proposal for a new password counts too, because a new password ends the person's sessions.
    """
    if not _is_in(request, {"editorial_proposal": frozenset({"approve"})}):
        return False
    assert request.resolver_match is not None
    proposal = Proposal.objects.filter(pk=request.resolver_match.kwargs["pk"]).first()
    return proposal is not None and workflow.policy_of(proposal).takes_away(proposal)


def _check(request: HttpRequest, user: User) -> str | Promise | None:
    """Return why the confirmation is refused, or None if the password or passkey is right."""
    if answer := request.POST.get("confirm-passkey"):
        challenge = request.POST.get("confirm-challenge", "")
        if check_passkey(request, answer=answer, challenge=challenge, user=user):
            return None
        record_failure(request, user, "passkey")
        return _("The passkey wasn’t accepted. Try again, or enter your password.")
    counter = Counter("confirm", str(user.pk))
    if wait := begin_attempt(counter):
        return wait_text(wait)
    if check_password(request.POST.get("confirm-password", ""), user.password):
        attempt_succeeded(counter)
        return None
    record_failure(request, user, "password")
    return _("This password is wrong. Enter the password of your account.")

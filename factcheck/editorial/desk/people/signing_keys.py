"""The page “Keys that sign” of a newsroom, where two people decide whose passkeys sign its publications."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.action_views import subject_page
from factcheck.editorial.desk.deciding.proposal_actions import available_actions
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import Claim, Demand, Membership, Publisher, Review, SecondFactor
from factcheck.editorial.sign_in.passkeys import public_key
from factcheck.editorial.signatures import keys_policy, signing
from factcheck.record.approvals.assertions import ApprovalError

_OFF = _("Nobody can switch the signatures on yet. The site’s operator first has to set LOG_SIGNER.")


def signing_keys(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page, or propose a change. With `?file`, return the file with which the operator switches on."""
    desk, newsroom = get_desk(request), get_object_or_404(Publisher.objects.newsrooms(), pk=pk)
    if pk not in desk.roles and not desk.administers_accounts:
        raise Http404
    passkeys, protection, problem = _passkeys(newsroom), None, "" if settings.LOG_SIGNER else _OFF
    if "file" in request.GET:
        return _file(request, newsroom, passkeys)
    try:
        protection = signing.protections().get(newsroom.site)
        if request.method == "POST":
            key, known = request.POST.get("key", ""), {each["id"]: each for each in (protection or {}).get("keys", ())}
            order = {name: known[key][name] for name in ("id", "person")} if key in known else passkeys.get(key, {})
            order = {"key" if name == "id" else name: value for name, value in order.items()}
            action = request.POST.get("action", "")
            proposal = keys_policy.propose(newsroom=newsroom, action=action, by=desk.user, **order)
            return redirect("admin:editorial_proposal", proposal.pk, "sign")
    except EditorialError as refusal:
        problem = str(refusal)
    waiting, now, time = keys_policy.open_proposal(newsroom), timezone.now(), datetime.fromisoformat
    every = protection["keys"] if protection else []
    keys = [key for key in every if not key["revoked"]]
    rows = {str(row.key): row for row in SecondFactor.objects.passkeys().select_related("user")}
    return subject_page(
        request,
        newsroom,
        reverse("admin:editorial_publisher_change", args=[pk]),
        _("Keys that sign"),
        "admin/editorial/publisher/keys.html",
        problem=problem,
        since=time(protection["since"]) if protection else None,
        off_at=time(protection["off_at"]) if protection and protection["off_at"] else None,
        keys=[(key, rows.get(key["id"]), time(key["since"]), time(key["since"]) > now) for key in keys],
        candidates=[rows[key] for key in passkeys if key not in [each["id"] for each in every]],
        may_propose=protection and not waiting and pk in desk.deciding_newsrooms,
        proposal=waiting,
        decisions=available_actions(desk, waiting),
    )


def _passkeys(newsroom: Publisher) -> dict[str, dict[str, Any]]:
    """Return the passkeys of the newsroom's people as the signer takes them, by their IDs."""
    found = dict[str, dict[str, Any]]()
    for member in newsroom.memberships.filter(user__is_active=True).select_related("user"):
        said = {"person": member.user.username, "decides": member.role in Membership.DECIDING}
        for row in member.user.second_factors.passkeys():
            with suppress(ApprovalError):  # the key of another algorithm
                found[str(row.key)] = {"id": row.key, "public_key": public_key(row), **said}
    return found


def _file(request: HttpRequest, newsroom: Publisher, passkeys: dict[str, Any]) -> HttpResponse:
    """Return the file for the signer: the keys, and the IDs of everything that only these people publish."""
    subjects = [model._default_manager.filter(newsroom=newsroom).values("pk") for model in (Claim, Review, Demand)]
    said = {"site": newsroom.site, "origin": f"{request.scheme}://{request.get_host()}", "keys": [*passkeys.values()]}
    said["subjects"] = [str(row["pk"]) for rows in subjects for row in rows]
    return JsonResponse(said, headers={"Content-Disposition": 'attachment; filename="keys.json"'})

"""The pages of accounts and memberships, which show roles and don't change them.

The database records who changes accounts, roles and account administrators (`sql/events.sql`).
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from factcheck.editorial.desk.access import AdministratorsAdmin, M, OwnRowsAdmin, get_desk
from factcheck.editorial.desk.action_views import ActionsAdmin
from factcheck.editorial.desk.deciding.proposal_actions import available_actions as available_decisions
from factcheck.editorial.desk.people.account_actions import (
    ACTIONS,
    REMOVE_ROLE,
    available_actions,
    code_note,
    link_note,
)
from factcheck.editorial.events import set_actor
from factcheck.editorial.models import Membership, Proposal, User
from factcheck.editorial.models.kinds import TAKING
from factcheck.editorial.people import roles
from factcheck.editorial.proposals.account_policy import first_hour_end, has_powers, open_proposal

# This site uses a single group, the account administrators, whom people add and remove on the page of an account.
admin.site.unregister(Group)


class ActorRecordingAdmin(admin.ModelAdmin[M]):
    """A page that tells the database triggers who makes a change, for the duration of the transaction."""

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        set_actor(get_desk(request).user)
        return super().save_form(request, form, change)


class AccountForm(forms.ModelForm[User]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "email" in self.fields:
            self.fields["email"].required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for field in {"username", "byline"} & {*data} & {*self.changed_data}:
            if other := roles.call_function("editorial_lookalike", self.instance.pk, data[field]):
                self.add_error(field, _("This looks like a name of the account “%s”. Choose another name.") % other)
        return data


@admin.register(User)
class AccountAdmin(ActorRecordingAdmin[User], ActionsAdmin[User], AdministratorsAdmin[User]):
    """The pages of accounts. An account can be closed but not deleted, because the audit log refers to it."""

    desk_actions = ACTIONS
    form = AccountForm
    change_form_template = "admin/editorial/user/change_form.html"
    list_display = ("username", "byline", "email", "is_active", "last_login")
    list_filter = ("is_active", ("memberships__role", admin.ChoicesFieldListFilter))
    search_fields = ("username", "byline", "email")
    ordering = ("username",)
    fieldsets = ((None, {"fields": ("username", "byline", "email")}),)
    adders = changers = "administers_accounts"

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Return the fields that one person can't change alone.

        These include the e-mail address if the account has a role, because links to a new password are sent there.
        """
        if obj is None:
            return []
        return ["username", "email"] if has_powers(obj) else ["username"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
            obj.is_staff = True
        super().save_model(request, obj, form, change)

    def available_actions(self, request: HttpRequest, row: User) -> list[str]:
        return available_actions(get_desk(request), row)

    def decision_context(self, request: HttpRequest, proposal: Proposal) -> dict[str, object]:
        desk, account, mine = get_desk(request), proposal.account, proposal.submitted_by == request.user
        assert account is not None
        resets = roles.ask("editorial_replaces_password", account.pk, proposal.action)
        others = [] if desk.administers_accounts else available_decisions(desk, proposal)
        return {
            "account": account,
            "memberships": account.memberships.select_related("publisher"),
            "link_note": link_note(account) if resets else "",
            "code_note": code_note(account, proposal),
            "alone_until": first_hour_end(desk.user) if mine and proposal.action not in TAKING else None,
            "others": [action for action in others if action.name == "return"],
        }

    def status_context(self, request: HttpRequest, row: User) -> dict[str, object]:
        desk, proposal = get_desk(request), open_proposal(row)
        memberships = row.memberships.select_related("publisher")
        paused = proposal is not None and proposal.action == "pause"
        closed = _("Paused account") if paused else _("Closed account")
        return super().status_context(request, row) | {
            "state_text": _("Open account") if row.is_active else closed,
            "memberships": memberships,
            "administers": roles.has_administration(row),
            "proposal": proposal,
            "decisions": available_decisions(desk, proposal),
            "waits_for_password": row.is_active and not row.has_usable_password() and row.pk and (
                roles.has_administration(row) or memberships.exists()),
            "link_note": link_note(row),
            "code_note": code_note(row),
        }  # fmt: skip


@admin.register(Membership)
class MembershipAdmin(ActionsAdmin[Membership], OwnRowsAdmin[Membership]):
    """The members of the person's newsrooms. Chief editors can remove roles in the newsrooms that they lead."""

    newsroom_key = "publisher_id"
    administrators_see_all = True
    desk_actions = {"remove": REMOVE_ROLE}
    change_form_template = "admin/editorial/membership/change_form.html"
    list_display = ("user", "role", "publisher")
    list_select_related = ("user", "publisher")
    list_filter = ("role",)
    fields = ("user", "publisher", "role")

    def may_act(self, request: HttpRequest, row: Membership) -> bool:
        desk = get_desk(request)
        return desk.administers_accounts or row.publisher_id in desk.led_newsrooms

    def available_actions(self, request: HttpRequest, row: Membership) -> list[str]:
        return ["remove"] if self.may_act(request, row) else []

    def page_after(self, request: HttpRequest, row: Membership) -> str:
        """Return the page of the account, or the list for Chief editors. The page of the removed role is gone."""
        if get_desk(request).administers_accounts:
            return reverse("admin:editorial_user_change", args=[row.user_id])
        return reverse("admin:editorial_membership_changelist")

    def status_context(self, request: HttpRequest, row: Membership) -> dict[str, object]:
        desk, proposal = get_desk(request), open_proposal(row.user)
        decisions = available_decisions(desk, proposal)
        context = {"decisions": decisions, "proposal": proposal if decisions else None}
        return super().status_context(request, row) | context

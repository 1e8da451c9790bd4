"""The page that leads through the first hour of a site. The data shows which steps are done."""

from io import StringIO
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.db.models import Exists
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.desk.people.account_actions import code_note, link_note
from factcheck.editorial.errors import EditorialError
from factcheck.editorial.models import Claim, Membership, Publisher, User, Verdict
from factcheck.editorial.models.kinds import Action
from factcheck.editorial.people.accounts import add_colleagues
from factcheck.operations.backup.making import list_backups


class ColleagueForm(forms.Form):
    byline = forms.CharField(label=capfirst(_("byline")), max_length=200)
    email = forms.EmailField(label=capfirst(_("e-mail address")), max_length=254)
    administrator = (Action.ADMINISTRATOR.value, _("account administrator"))
    role = forms.ChoiceField(label=capfirst(_("role")), choices=[("", "–"), *Membership.Role.choices, administrator])


def find_steps(request: HttpRequest) -> dict[str, bool]:
    """Return whether each step is done, for account administrators and Chief editors. Other people get no steps."""
    desk = get_desk(request)
    if not (desk.administers_accounts or desk.led_newsrooms):
        return {}
    done: Any = User.objects.filter(pk=desk.user.pk).values(
        newsroom=Exists(Publisher.objects.all()),
        colleagues=Exists(Membership.objects.order_by()[1:2]),
        factor=Exists(desk.user.second_factors.usable()),
        mail=Exists(Membership.objects.exclude(user__last_login=None)),  # a link that the site sent has arrived
        scale=~Exists(Verdict.objects.filter(labels=None)),
        claim=Exists(Claim.objects.all()),
    )
    backups = list_backups(Path(settings.BACKUP_FOLDER)) if settings.BACKUP_FOLDER else []
    return {**done.get(), "backup": bool(backups)}


def first_hour_page(request: HttpRequest) -> HttpResponse:
    """Show the steps, add colleagues, and send a test e-mail."""
    desk, steps = get_desk(request), find_steps(request)
    if not steps:
        raise PermissionDenied
    newsroom = Publisher.objects.newsrooms().order_by("pk").first() or Publisher.objects.order_by("pk").first()
    table: Any = forms.formset_factory(ColleagueForm, extra=5)
    rows = table(request.POST) if "form-TOTAL_FORMS" in request.POST else table()
    try:
        if "mail" in request.POST:
            call_command("send_test_email", desk.user.email, stdout=StringIO())
            messages.success(request, _("The mail server took the e-mail to %s. Look for it.") % desk.user.email)
        elif newsroom is not None and rows.is_valid():
            add_colleagues(newsroom=newsroom, by=desk.user, rows=filter(None, rows.cleaned_data))
            return redirect(request.path)
    except IntegrityError:
        messages.error(request, _("Nobody was added: a name or an address is too similar to that of another account."))
    except (CommandError, EditorialError) as refusal:
        messages.error(request, str(refusal))
    waiting = User.objects.filter(is_active=True, last_login=None)[:50] if desk.administers_accounts else []
    context = {
        "title": _("The first hour"), "steps": steps, "newsroom": newsroom, "colleagues": rows, "desk": desk,
        "waiting": [(each, link_note(each), code_note(each)) for each in waiting],
    }  # fmt: skip
    return TemplateResponse(request, "admin/editorial/first_hour.html", {**admin.site.each_context(request), **context})

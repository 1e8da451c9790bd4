"""The page of a person's notices, and the choice of the e-mails that tell them."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import get_desk
from factcheck.editorial.models import Card, Comment, NoticeChoice, Proposal
from factcheck.editorial.talk.notices import rows_of

# The rows of a notice's table with all that names need, and the attribute with the row that the notice is about.
_ROWS: dict[str, Any] = {
    "comment": (Comment.objects.select_related("claim", "review__claim", "source__review__claim", "message"), "page"),
    "proposal": (Proposal.objects.with_subjects(), "subject"),
    "card": (Card.objects.select_related("claim"), "claim"),
}


def notices_page(request: HttpRequest) -> HttpResponse:
    """Show the notices, newest first, and the choice. From then on, these notices aren't new any more."""
    kinds = {"kinds": NoticeChoice.KINDS}
    choice, _new = NoticeChoice.objects.get_or_create(person=get_desk(request).user, defaults=kinds)
    if request.method == "POST":
        choice.kinds = [kind for kind in NoticeChoice.KINDS if kind in request.POST.getlist("kinds")]
        choice.mail = "at_once" if request.POST.get("mail") == "at_once" else "daily"
        choice.save(update_fields=["kinds", "mail"])
        return redirect("admin:editorial_notices")
    found = rows_of("editorial_notices", choice.pk)
    keys = {name: [key for *_rest, table, key in found if table == name] for name in _ROWS}
    rows = {name: table.in_bulk(keys[name]) for name, (table, _about) in _ROWS.items()}
    listed = [(kind, at, rows[name][key], _ROWS[name][1]) for kind, at, name, key in found if key in rows[name]]
    notices = [(kind, at > choice.seen_at, at, row, getattr(row, about)) for kind, at, row, about in listed]
    subjects = [about for *_rest, about in notices]
    for model in {*map(type, subjects)}:
        named = [about for about in subjects if type(about) is model]
        cast("Any", admin.site.get_model_admin(model)).show_public_text(request, named)
    NoticeChoice.objects.filter(pk=choice.pk).update(seen_at=timezone.now(), language=get_language() or "")
    context = {**admin.site.each_context(request), "title": _("Notices"), "notices": notices, "choice": choice}
    return TemplateResponse(request, "admin/editorial/talk/notices.html", context)

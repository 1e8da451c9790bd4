"""Comments beside a claim, a review or readers' messages, and the page that answers their form.

The comments' form lies outside the form of the draft, so a comment never saves or loses the draft. `comments.js` sends
the comment without leaving the page. Without scripts, the answer opens in a new tab.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from factcheck.editorial.desk.access import Desk, get_desk
from factcheck.editorial.desk.action_views import refusals_on_form, subject_page, submitted_data
from factcheck.editorial.models import Claim, Comment, ReaderMessage, Review, User
from factcheck.editorial.models.talk.comments import MAX_TEXT, SUBJECTS
from factcheck.editorial.talk.comments import resolve_thread, write_comment

PAGES: dict[str, Any] = {"claim": Claim, "review": Review, "readermessage": ReaderMessage}


# The rows of a group, by the model of its rows. Their comments are shown together.
GROUPS: dict[type, Callable[[Desk, Any], list[Any]]] = {}


def find_talk(request: HttpRequest, row: Any) -> dict[str, Any]:
    """Return the comments on a row as template variables.

    Beside a message are also the comments on other messages that say the same. Beside a review are also the comments on
    its sources and on its claim.
    """
    desk = get_desk(request)
    group = GROUPS[type(row)](desk, row) if type(row) in GROUPS else []
    rows = [row, *(each for each in group if each != row)]
    if isinstance(row, Review):
        rows += [*row.sources.all(), *[row.claim] * (row.claim.newsroom_id == row.newsroom_id)]
    about = Q(*(Q(**{SUBJECTS[type(each)]: each}) for each in rows), _connector=Q.OR)
    newsrooms = [row.newsroom_id] if row.newsroom_id else desk.deciding_newsrooms
    found = Comment.objects.filter(about, newsroom__in=desk.roles.keys() & newsrooms, thread=None)
    threads = {str(each.pk): each for each in found.prefetch_related("author", "answers__author", *SUBJECTS.values())}
    for pk, thread in threads.items():
        thread.typed = request.POST.get(f"answer-{pk}", "")  # type: ignore[attr-defined] # stays in a refused form
    subjects = {f"{SUBJECTS[type(each)]}-{each.pk}": each for each in rows}
    named = [(key, f"{capfirst(str(each._meta.verbose_name))}: {each}", each) for key, each in subjects.items()]
    return {
        "newsroom": newsrooms[0],
        "subjects": {key: each for key, each in subjects.items() if each == row or each not in group},
        "threads": threads,
        "topics": [(*name, [each for each in threads.values() if each.subject == subject]) for *name, subject in named],
        "names": json.dumps([*map(str, User.objects.filter(memberships__publisher__in=newsrooms).distinct())]),
        "url": reverse("admin:editorial_comments", args=[row._meta.model_name, row.pk]),
        "longest": MAX_TEXT,
    }


def comments_page(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """Show the comments on a page of their own. On POST, do what the form says."""
    row_admin: Any = admin.site.get_model_admin(PAGES[kind]) if kind in PAGES else None
    row = row_admin and row_admin.get_object(request, str(pk))
    if row is None or not row_admin.has_view_permission(request, row) or getattr(row, "is_hidden", False):
        raise Http404
    form, talk = forms.Form(submitted_data(request)), find_talk(request, row)
    if form.is_valid():
        with refusals_on_form(form):
            _act(request, talk)
            return redirect(request.path)
    back = reverse(f"admin:editorial_{kind}_change", args=[pk])
    return subject_page(request, row, back, _("Comments"), "admin/editorial/talk/page.html", form=form, talk=talk)


def _act(request: HttpRequest, talk: dict[str, Any]) -> None:
    """Resolve a thread, or add an answer or a comment. Raise EditorialError if this is refused."""
    data, by = request.POST, get_desk(request).user
    key = data.get("answer") or data.get("resolve")
    thread: Comment | None = talk["threads"].get(key)
    subject = (thread and thread.subject) if key else talk["subjects"].get(data.get("subject"))
    if subject is None:
        raise Http404
    if thread and "resolve" in data:
        return resolve_thread(thread=thread, by=by)
    newsroom, name = (thread.newsroom_id, f"answer-{thread.pk}") if thread else (talk["newsroom"], "comment")
    write_comment(subject=subject, newsroom=newsroom, by=by, text=data.get(name, ""), thread=thread)
    return None

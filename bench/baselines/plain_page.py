"""A review's page as a plain Django view: one query, and one template without includes and translations.

It doesn't show other reviews, checks, captures, demands, history or proof. It repeats links in place of them, so that
both pages have about the same number of bytes.
"""

import json
import os
from uuid import UUID

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from site_settings import configure

configure("plain_page")


def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM record_publishedreview WHERE id = %s", [review_id])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    context = {"review": json.loads(row[0]), "links": range(int(os.environ["BENCH_LINKS"]))}
    return render(request, "plain_page.html", context)


urlpatterns = [path("reviews/<uuid:review_id>/", review)]
application = WSGIHandler()

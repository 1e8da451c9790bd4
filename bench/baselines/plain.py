"""The list of reviews, one review and its page as plain Django views over the same table, written by hand for speed.

The views of the API send the same bytes as the site, with the cursor. They don't check parameters, name adjacent pages
in headers, make entity tags, refuse media types, or name the log's newest entry. The page has one query and one
template. It doesn't show other reviews, checks, captures, demands, history or proof, and repeats links in place of
them.
"""

import json
import os
from pathlib import Path
from uuid import UUID

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY=os.environ["BENCH_SECRET_KEY"],
    DATABASES={"default": {**json.loads(os.environ["BENCH_DATABASE"]), "CONN_MAX_AGE": None}},
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF="plain",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
        }
    ],
    USE_TZ=True,
)
django.setup()

from django.core import signing
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

SITE = "http://127.0.0.1:8000"
CONDITIONS = {"language": "language = %s", "verdict": "verdict = %s", "reviewed_after": "reviewed_on >= %s"}


def reviews(request: HttpRequest) -> HttpResponse:
    conditions = ["status = 'live'", *(CONDITIONS[name] for name in request.GET)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT published_at, id, body FROM record_publishedreview"
            f" WHERE {' AND '.join(conditions)} ORDER BY published_at DESC, id DESC LIMIT 21",
            list(request.GET.values()),
        )
        rows = cursor.fetchall()
    following = "null"
    if len(rows) > 20:
        at, last, _ = rows[19]
        bound = sorted(f"{name}={value}" for name, value in request.GET.items())
        salt = "\x1f".join(["api.cursor", request.path, "-published_at", *bound])
        query = request.GET.copy()
        query["cursor"] = signing.Signer(salt=salt).sign_object([0, str(at), str(last)])
        following = f'"{SITE}{request.path}?{query.urlencode()}"'
    results = ",".join([row[2] for row in rows[:20]])
    content = f'{{"results":[{results}],"next":{following},"previous":null}}'
    return HttpResponse(content, content_type="application/json")


def body_of(review_id: UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM record_publishedreview WHERE id = %s", [review_id])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    return row[0]


def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    return HttpResponse(body_of(review_id), content_type="application/json")


def page(request: HttpRequest, review_id: UUID) -> HttpResponse:
    links = range(int(os.environ.get("BENCH_LINKS", "0")))
    return render(request, "plain_page.html", {"review": json.loads(body_of(review_id)), "links": links})


urlpatterns = [
    path("api/v1/reviews/", reviews),
    path("api/v1/reviews/<uuid:review_id>/", review),
    path("reviews/<uuid:review_id>/", page),
]
application = WSGIHandler()

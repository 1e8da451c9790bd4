"""The list of reviews and one review as a plain Django view over the same table, written by hand for speed.

It sends the same bytes, cursor included; what it does not do is check parameters, name neighbours' addresses in
headers, make entity tags, refuse media types or say what the log's newest entry is.
"""

from uuid import UUID

from django.core import signing
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from site_settings import configure

configure("plain")

SITE = "http://127.0.0.1:8000"


def reviews(request: HttpRequest) -> HttpResponse:
    conditions, values = ["status = 'live'"], []
    if language := request.GET.get("language"):
        conditions.append("(language = %s OR language LIKE %s)")
        values += [language, f"{language}-%"]
    if verdict := request.GET.get("verdict"):
        conditions.append("verdict = %s")
        values.append(verdict)
    if after := request.GET.get("published_after"):
        conditions.append("published_at >= %s")
        values.append(after)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT published_at, id, body FROM record_publishedreview"
            f" WHERE {' AND '.join(conditions)} ORDER BY published_at DESC, id DESC LIMIT 21",
            values,
        )
        rows = cursor.fetchall()
    following = "null"
    if len(rows) > 20:
        at, last, __ = rows[19]
        bound = sorted(f"{name}={value}" for name, value in request.GET.items())
        salt = "\x1f".join(["api.cursor", request.path, "-published_at", *bound])
        query = request.GET.copy()
        query["cursor"] = signing.Signer(salt=salt).sign_object([0, str(at), str(last)])
        following = f'"{SITE}{request.path}?{query.urlencode()}"'
    results = ",".join([row[2] for row in rows[:20]])
    content = f'{{"results":[{results}],"next":{following},"previous":null}}'
    return HttpResponse(content, content_type="application/json")


def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM record_publishedreview WHERE id = %s", [review_id])
        row = cursor.fetchone()
    if row is None:
        raise Http404
    return HttpResponse(row[0], content_type="application/json")


urlpatterns = [path("api/v1/reviews/", reviews), path("api/v1/reviews/<uuid:review_id>/", review)]
application = WSGIHandler()

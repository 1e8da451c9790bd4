"""The desk's pages in a database with many drafts and reviews: the median time of each page.

    python bench/desk.py [--reviews 1000000] [--rounds 15]

SQL generates the rows of the editors' tables, with the triggers and foreign keys switched off. Nearly all reviews
belong to one newsroom, and some verdicts, topics and authors are rare. The public rows stay empty. A page is requested
through Django without a network.
"""

import statistics
import sys
from functools import partial
from typing import Any

from database import execute, own_server, rebuilt_indexes
from table import options_of, report, seconds_of

LIMIT = 0.3  # seconds
SYLLABLES = """
nước lũ thuốc chanh nóng trẻ em vắc xin học sinh điện giá vàng bão miền trung hà nội sài gòn bệnh viện cá sông
health vaccine rain river school price storm hospital bank minister law water power train bridge city virus
"""

# The tables are filled in an order in which rows refer only to rows of earlier tables. Each value is SQL about `i`, the
# number of the row from 1 to `n`.
VERDICT = "(SELECT array_agg(id ORDER BY id) FROM editorial_verdict)"
DATE = "now() - make_interval(mins => (n - i)::int * 4)"


def key(table: int, number: str = "i") -> str:
    """Return SQL for the UUID of a row. Rows of other tables can compute the same UUID."""
    return f"('0000{table:04x}-0000-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def words(count: int) -> str:
    """Return SQL for a text whose words are common or rare, as in a real language."""
    picked = "(vocabulary)[1 + floor(cardinality(vocabulary) * power(random(), 3))::int]"
    return f"(SELECT string_agg({picked}, ' ' ORDER BY word) FROM generate_series(1, {count}) AS word WHERE i > 0)"


def tables(newsrooms: list[int], people: list[int]) -> list[tuple[str, float, dict[str, str]]]:
    """Return each model with its number of rows per review, and the values that differ from the fields' defaults."""
    newsroom = f"CASE WHEN i % 100 = 0 THEN {newsrooms[1]} ELSE {newsrooms[0]} END"
    person = f"(ARRAY{people})[CASE WHEN i % 5000 = 0 THEN 1 ELSE 2 + i % {len(people) - 2} END]"
    language = "CASE WHEN i % 1000 = 0 THEN 'und' WHEN i % 3 = 0 THEN 'en' ELSE 'vi' END"
    verdict = f"({VERDICT})[CASE WHEN i % 20000 = 7 THEN 6 ELSE 1 + i % 5 END]"
    state = (
        "CASE WHEN i % 10000 = 1 THEN 'submitted' WHEN i % 10000 = 2 THEN 'approved' WHEN i % 500 = 3 THEN 'draft'"
        " WHEN i % 300 = 4 THEN 'withdrawn' ELSE 'published' END"
    )
    decided = "i % 10000 <> 1"
    return [
        ("editorial.Claimant", 0.1, {
            "id": key(1), "newsroom": newsroom, "type": "'unnamed'", "description": words(4), "confirmed": "true",
        }),
        ("editorial.Claim", 1, {
            "id": key(2), "newsroom": newsroom, "text": words(14), "language": language, "logged_at": DATE,
            "claimant": key(1, "1 + i % (n / 10)"), "logged_by": person, "changed_at": DATE,
        }),
        ("editorial.Claim.topics", 1, {
            "claim": key(2), "topic": "(SELECT array_agg(id ORDER BY id) FROM editorial_topic)"
            "[CASE WHEN i % 20000 = 9 THEN 10 ELSE 1 + i % 9 END]",
        }),
        ("editorial.Review", 1, {
            "id": key(3), "newsroom": newsroom, "publisher": newsroom, "claim": key(2), "state": state,
            "language": language, "headline": words(9), "summary": words(20), "body": f"repeat({words(10)}, 6)",
            "verdict": verdict, "created_by": person, "created_at": DATE, "changed_at": DATE,
        }),
        ("editorial.Authorship", 1, {"review": key(3), "user": person}),
        ("editorial.Source", 2, {
            "review": key(3, "(1 + i / 2)"), "title": words(5), "stance": "'refutes'",
            "url": "'https://example.org/' || i", "position": "i % 2",
        }),
        ("record.LogEntry", 1, {
            "sequence": "i", "at": DATE, "kind": "'review.original'", "subject": key(3), "number": "1",
            "digest": "lpad(to_hex(i), 64, '0')",
        }),
        ("editorial.Proposal", 1, {
            "kind": "'review'", "action": "'publication'", "newsroom": newsroom, "deciding": newsroom,
            "review": key(3), "statement": "'{}'", "digest": "lpad(to_hex(i), 64, '0')", "submitted_by": person,
            "submitted_at": DATE, "decision": f"CASE WHEN {decided} THEN 'approved' ELSE '' END",
            "decided_by": f"CASE WHEN {decided} THEN {people[-1]} END",
            "decided_at": f"CASE WHEN {decided} THEN {DATE} END",
            "entry": "CASE WHEN i % 10000 NOT IN (1, 2) THEN i END",
        }),
        ("editorial.SearchRow", 2, {
            "id": f"CASE WHEN i % 2 = 0 THEN {key(2, '(i / 2)')} ELSE {key(3, '((i + 1) / 2)')} END",
            "kind": "CASE WHEN i % 2 = 0 THEN 'claim' ELSE 'review' END", "newsroom": newsroom, "sequence": "i",
            "search": f"record_search('vi', {words(14)}, NULL, {words(9)}, {words(20)})",
        }),
        ("editorial.Card", 1, {
            "newsroom": newsroom, "claim": key(2), "owner": person, "changed_at": DATE,
            "stage": "CASE WHEN i % 2000 = 3 THEN 'checking' ELSE 'off' END",
            "check_again_on": "CASE WHEN i % 2000 = 5 THEN current_date + (i / 2000)::int END",
        }),
        ("editorial.EditorialEvent", 1, {
            "at": DATE, "actor": person, "action": "'publication.submitted'", "newsroom": newsroom,
            "subject": f"{key(3)}::text", "detail": "'{}'",
        }),
    ]  # fmt: skip


def model_of(name: str) -> Any:
    from django.apps import apps

    label, model, *field = name.split(".")
    found: Any = apps.get_model(label, model)
    return getattr(found, field[0]).through if field else found


def fill(reviews: int, newsrooms: list[int], people: list[int]) -> None:
    """Fill the tables without their triggers and foreign keys. The database is deleted afterwards."""
    vocabulary = [f"{first} {second}" for first in SYLLABLES.split() for second in SYLLABLES.split()]
    planned = [(model_of(name), share, values) for name, share, values in tables(newsrooms, people)]
    models = [model for model, *_ in planned]
    switch_off_rules(models)
    with rebuilt_indexes(models):
        for model, share, values in planned:
            sys.stderr.write(f"\r{model.__name__}{' ' * 20}")
            given = {"rows": int(reviews * share), "reviews": reviews, "vocabulary": vocabulary}
            execute(insert(model, values), given)
    execute("VACUUM ANALYZE")


def switch_off_rules(models: list[Any]) -> None:
    from django.conf import settings
    from django.db import connections

    from factcheck.database.embedded import DATABASE

    connections.close_all()
    with settings.DATABASE_SERVER.superuser(DATABASE) as connection:
        for model in models:
            connection.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER ALL")


def insert(model: Any, values: dict[str, str]) -> str:
    """Return an INSERT with these values. Each other column gets its field's default."""
    from django.db import connection
    from psycopg.sql import Literal

    selected: dict[str, str] = {}
    for field in model._meta.concrete_fields:
        if field.name in values:
            selected[field.column] = values[field.name]
        elif not field.auto_created and not field.generated and not field.null:
            moment = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
            default = None if moment else field.get_db_prep_save(field.get_default(), connection)
            selected[field.column] = "now()" if moment else Literal(default).as_string(None)
    columns = ", ".join(f'"{column}"' for column in selected)
    escaped = ", ".join(selected.values()).replace("%", "%%")
    return (
        f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {escaped}"
        " FROM generate_series(1, %(rows)s) AS i, (SELECT %(reviews)s::bigint AS n, %(vocabulary)s::text[] AS"
        " vocabulary) AS given"
    )


def newsroom() -> tuple[list[int], list[int]]:
    """Create two newsrooms, ten topics and twenty people. Return the ids of the newsrooms and of the people.

    The last person edits in the newsroom with nearly all reviews.
    """
    from factcheck.editorial.models import Membership, Publisher, Topic, TopicLabel, User

    newsrooms = [Publisher.objects.create(name=name, site=f"{name}.example") for name in ("large", "small")]
    for number in range(10):
        topic = Topic.objects.create(slug=f"topic-{number}")
        TopicLabel.objects.create(topic=topic, language="en", label=f"Topic {number}")
    people = [User.objects.create(username=f"person{number}", is_staff=True) for number in range(20)]
    switch_off_rules([Membership])
    for person in people:
        role = "editor" if person is people[-1] else "reporter"
        Membership.objects.using("owner").create(user=person, publisher=newsrooms[0], role=role)
    return [each.pk for each in newsrooms], [each.pk for each in people]


def pages(people: list[int]) -> dict[str, str]:
    """Return the measured pages, each with its URL below /admin/. Filters and searches have common and rare values."""
    from factcheck.editorial.models import Proposal, Review, Topic, Verdict

    review = Review.objects.filter(newsroom=Review.objects.order_by("pk").values("newsroom")[:1], state="published")[0]
    waiting = Proposal.objects.undecided().filter(newsroom=review.newsroom_id)[0]
    submit(waiting)
    verdicts, topics = ([*model.objects.order_by("pk").values_list("pk", flat=True)] for model in (Verdict, Topic))
    values: dict[str, tuple[Any, ...]] = {
        "verdict": (verdicts[0], verdicts[5]), "topic": (topics[0], topics[9]), "author": (people[1], people[0]),
        "date": ("today", "earlier"), "state": ("published", "submitted"), "language": ("vi", "und"),
        "q": ("vắc virus", "nước", "xyzzy"),
    }  # fmt: skip
    found = {
        "home": "", "decision": f"editorial/proposal/{waiting.pk}/decide/",
        "review": f"editorial/review/{review.pk}/change/", "claim": f"editorial/claim/{review.claim_id}/change/",
        "reviews, two filters": f"editorial/review/?verdict={verdicts[5]}&topic={topics[9]}",
        "card": f"editorial/card/{review.newsroom_id}/{review.claim_id}/",
        **{f"home?{query}": f"?{query}" for query in ("view=mine", "view=late", "column=again", "column=aside")},
        **{name: f"{name}/" for name in ("notices", "figures")},
    }  # fmt: skip
    for name, columns, state in (("review", (1, 2, 3, 4), "state__exact"), ("claim", (3, 5), "state")):
        queries = ["", "p=40", *(f"o={sign}{column}" for column in columns for sign in ("", "-"))]
        queries += [f"{state if key == 'state' else key}={each}" for key, some in values.items() for each in some]
        found |= {f"{name}s?{query}": f"editorial/{name}/?{query}" for query in queries}
    return found | {f"find {each}": f"find/?q={each}" for each in (*values["q"], "vac virus mua", "facebook.com/x/1")}


def submit(proposal: Any) -> None:
    """Give the generated proposal the statement of its review."""
    from factcheck.editorial.drafts import review_statements
    from factcheck.editorial.models import Proposal, Review
    from factcheck.record.formats.canonical import canonical, sha256_hex

    statement = review_statements.build_statement(Review.objects.get(pk=proposal.review_id)).to_json_object()
    content = canonical(statement)
    Proposal.objects.using("owner").filter(pk=proposal.pk).update(
        statement=content.decode(), digest=sha256_hex(content)
    )


def measure(people: list[int], rounds: int) -> str:
    """Return the table's row. A page is requested once before it is measured."""
    from django.test import Client

    from factcheck.editorial.models import User

    client, taken = Client(), {}
    client.force_login(User.objects.get(pk=people[-1]))

    def fetch(path: str) -> None:
        path, _, typed = path.partition("find/?q=")
        send = partial(client.post, data={"q": typed}) if typed else client.get
        status = send(f"/admin/{path}{'find/' if typed else ''}", headers={"host": "localhost"}).status_code
        assert status == 200, (path, status)

    for name, path in pages(people).items():
        times = [seconds_of(lambda path=path: fetch(path)) for _ in range(rounds + 1)]
        taken[name] = statistics.median(times[1:])
        sys.stderr.write(f"{taken[name] * 1000:8.0f} ms  {name}\n")
    fast, slowest = sum(each <= LIMIT for each in taken.values()), max(taken, key=taken.__getitem__)
    measured = f"{fast} of {len(taken)} pages; slowest: {slowest}, {taken[slowest] * 1000:.0f} ms"
    return f"| desk pages, median | – | – | ≤ {LIMIT * 1000:.0f} ms | {measured} |"


def main() -> None:
    options = options_of(__doc__, reviews=1_000_000, rounds=15)
    with own_server():
        newsrooms, people = newsroom()
        fill(options.reviews, newsrooms, people)
        report([measure(people, options.rounds)])


if __name__ == "__main__":
    main()

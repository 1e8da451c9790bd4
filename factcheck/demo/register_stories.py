"""Stories that begin outside the demo newsrooms: demands, messages from readers, and an import."""

from typing import Any

from django.conf import settings

from factcheck.demo.review_stories import WAITING
from factcheck.demo.stories import FOLDER, Story, World, act_as, decide, second_person
from factcheck.editorial.drafts.statement_columns import columns_of
from factcheck.editorial.events import set_actor
from factcheck.editorial.messages.reader_messages import receive_message
from factcheck.editorial.models import Demand, Publisher, ReaderMessage
from factcheck.editorial.proposals import import_policy, workflow
from factcheck.editorial.proposals.demand_policy import reopen_demand
from factcheck.imports.importer import batches
from factcheck.imports.importer.files import Listing, import_files

SENDER = "192.0.2.1"  # an IP address for documentation (RFC 5737)


def demand_story(world: World, fields: dict[str, Any]) -> Story:
    """Record a demand, and have a second person publish it. Its outcome may follow later."""
    newsroom = world.publishers[fields["publisher"]]
    published = world.moment(fields["published"], newsroom)
    yield published - WAITING
    by = act_as(fields["by"])
    demand = Demand(newsroom=newsroom, review=world.reviews[fields["review"]], created_by=by)
    _fill(world, demand, fields)
    if fields.get("stage") == "draft":
        return
    proposal = workflow.submit(subject=demand, by=by)
    yield published
    second = second_person(newsroom, by)
    decide(proposal, second)
    for update in fields.get("updates", []):
        at = world.moment(update["at"], newsroom)
        yield at - WAITING
        set_actor(by)
        reopen_demand(demand=demand, by=by, note=update["note"])
        demand.refresh_from_db()
        _fill(world, demand, update["fields"])
        proposal = workflow.submit(subject=demand, by=by)
        yield at
        decide(proposal, second)


def _fill(world: World, demand: Demand, fields: dict[str, Any]) -> None:
    sender = {"name": None, "description": None} | fields["from"] if "from" in fields else None
    values = world.clock.dated(fields) | ({"from": sender} if sender else {})
    for column, value in columns_of(Demand, values).items():
        setattr(demand, column, value)
    demand.save()


def message_story(world: World, fields: dict[str, Any]) -> Story:
    """Send a tip, or report a mistake, as a reader."""
    site = fields.get("newsroom")
    newsroom = world.publishers[site] if site else next(iter(world.publishers.values()))
    at = world.moment(fields["received"], newsroom)
    yield at
    values: dict[str, Any] = {key: fields[key] for key in ("text", "language", "url") if key in fields}
    values |= {"newsroom": {"site": site}} if site else {}
    values |= {"review": {"id": str(world.reviews[fields["review"]].pk)}} if "review" in fields else {}
    receive_message(kind=ReaderMessage.Kind(fields["kind"]), values=values, address=SENDER)


def import_story(world: World, newsroom: Publisher, at: str, username: str) -> Story:
    """Import another publisher's reviews as a reporter, and have a second person approve and publish them."""
    published = world.moment(at, newsroom)
    yield published - WAITING
    by = act_as(username)
    file, refused = FOLDER / "imported.json", settings.VAR / "refused" / "demo.jsonl"
    batch = batches.begin_import(newsroom=newsroom, by=by, files=file.name)
    with Listing(refused) as out, Listing(refused.with_suffix(".left-out.jsonl")) as left_out:
        import_files([file], batch=batch, by=by, refused=out, left_out=left_out)
    proposal = batches.submit_import(batch=batch, by=by)
    assert proposal is not None
    yield published
    second = second_person(newsroom, by)
    decide(proposal, second, publish=False)
    import_policy.publish_import(batch=batch, by=second)

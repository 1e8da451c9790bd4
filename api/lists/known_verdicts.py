"""Reads the filter `verdict`. A misspelt verdict is an error, because an empty list would look like an answer."""

from api.http import parameter_values
from api.http.parameters import nearest
from factcheck.record.models import PublishedReference

# The scale that every site starts with. Its verdicts are known even before a review uses them.
STARTER_SCALE = "truth"
STARTER_VERDICTS = tuple(
    f"{STARTER_SCALE}:{slug}" for slug in ("false", "mostly-false", "half-true", "mostly-true", "true", "unproven")
)


def read_known_verdict(value: str) -> str:
    """Return `scale:slug`. Raises ValueError if the value resembles a known verdict, but isn't one.

    The newsrooms' scales can contain verdicts that no review has used yet. So all other unknown values are accepted.
    """
    verdict = parameter_values.read_verdict(value)
    if verdict in STARTER_VERDICTS:
        return verdict
    published = PublishedReference.objects.using("public").filter(kind=PublishedReference.Kind.VERDICT)
    known = [*published.values_list("key", flat=True), *STARTER_VERDICTS]
    if verdict in known:
        return verdict
    scale, _, slug = verdict.partition(":")
    slugs = [each.partition(":")[2] for each in known if each.startswith(f"{scale}:")]
    near = [f"{scale}:{each}" for each in nearest(slug, slugs)] if slugs else nearest(verdict, known)
    if near:
        raise ValueError(f"No review has this verdict. Did you mean {' or '.join(dict.fromkeys(near))}?")
    return verdict

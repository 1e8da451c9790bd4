"""Mappings of the verdicts of large publishers, which an Editor can propose in one step.

No mapping applies until a second person approves the proposal about its publisher. Words that don't say how true a
claim is, such as "Satire" or "Missing context", are left out.
"""

from itertools import groupby

from django.db import transaction

from factcheck.editorial.models import Proposal, User, Verdict, VerdictMapping
from factcheck.editorial.models.kinds import Decision, Kind
from factcheck.editorial.proposals.workflow import submit
from factcheck.record.formats.text import fold_words

SCALE = "truth"
# For each publisher's site, the words of its verdicts, and the verdicts on the scale that every site starts with.
_EXACT = {
    "false": "false", "mostly false": "mostly-false", "half true": "half-true", "mostly true": "mostly-true",
    "true": "true",
}  # fmt: skip
_FALSE_OR_MISLEADING = {"false": "false", "misleading": "mostly-false", "true": "true"}
STARTER_MAPPINGS: dict[str, dict[str, str]] = {
    "snopes.com": {
        "false": "false", "fake": "false", "scam": "false", "misattributed": "false", "mostly false": "mostly-false",
        "mixture": "half-true", "mostly true": "mostly-true", "true": "true", "correct attribution": "true",
        "unproven": "unproven",
    },
    "politifact.com": {**_EXACT, "pants on fire": "false"},
    "factcheck.afp.com": {
        "false": "false", "misleading": "mostly-false", "partly false": "half-true", "mixed": "half-true",
        "mixture": "half-true", "true": "true", "altered image": "false",
    },
    "fullfact.org": {"false": "false", "mixture": "half-true", "true": "true"},
    "factcheck.org": {
        "false": "false", "misleading": "mostly-false", "distorts the facts": "mostly-false",
        "spins the facts": "mostly-false", "exaggerates": "mostly-false", "no evidence": "unproven",
    },
    "usatoday.com": {"false": "false", "altered": "false", "partly false": "half-true", "true": "true"},
    "boomlive.in": {**_FALSE_OR_MISLEADING, "fake": "false", "partly true": "half-true"},
    "leadstories.com": {
        "false": "false", "hoax!": "false", "fake tweet": "false", "misleading": "mostly-false",
        "no evidence": "unproven",
    },
    "newsmobile.in": {**_FALSE_OR_MISLEADING, "fake": "false"},
    "vishvasnews.com": {**_FALSE_OR_MISLEADING, "half true": "half-true"},
    "africacheck.org": {
        "false": "false", "incorrect": "false", "hoax": "false", "misleading": "mostly-false",
        "mostly correct": "mostly-true", "correct": "true", "unproven": "unproven",
    },
    "aap.com.au": {**_FALSE_OR_MISLEADING, "partly false": "half-true"},
    "pesacheck.org": {"false": "false", "partly false": "half-true", "true": "true"},
    "polygraph.info": {**_FALSE_OR_MISLEADING, "likely false": "mostly-false", "unsubstantiated": "unproven"},
    "washingtonpost.com": {
        "four pinocchios": "false", "three pinocchios": "mostly-false", "two pinocchios": "half-true",
        "one pinocchio": "mostly-true", "geppetto checkmark": "true",
    },
    "verafiles.org": {**_FALSE_OR_MISLEADING, "fake": "false"},
    **dict.fromkeys(["altnews.in", "indiatoday.in"], _EXACT),
    **dict.fromkeys(
        ["checkyourfact.com", "dubawa.org", "factly.in", "misbar.com", "newsmeter.in", "rappler.com",
         "thelogicalindian.com", "thequint.com"], _FALSE_OR_MISLEADING,
    ),
}  # fmt: skip


@transaction.atomic
def propose_starter_mappings(*, by: User) -> tuple[int, int]:
    """Propose the starter mappings that the site doesn't have yet, with one proposal for each publisher.

    Mappings that were approved before adoptions were logged are proposed again, so that they apply again.

    Return the numbers of mappings and of publishers.

    A mapping whose verdict isn't on this site is left out. Raise EditorialError if the person can't propose mappings.
    """
    verdicts = {verdict.slug: verdict for verdict in Verdict.objects.filter(scale__slug=SCALE).select_related("scale")}
    known = {
        (fold_words(words), site.lower().removeprefix("www."))
        for words, site in VerdictMapping.objects.values_list("words", "site")
    }
    missing = [
        VerdictMapping(words=words, site=site, verdict=verdicts[slug])
        for site, mappings in STARTER_MAPPINGS.items()
        for words, slug in mappings.items()
        if (words, site) not in known and slug in verdicts
    ]
    by_site = [list(mappings) for _site, mappings in groupby(missing, lambda mapping: mapping.site)]
    for lead, *others in by_site:
        lead.save()
        for mapping in others:
            mapping.lead = lead
            mapping.save()
        submit(subject=lead, by=by)
    newest = Proposal.objects.filter(kind=Kind.MAPPING).order_by("mapping_id", "-pk").distinct("mapping_id")
    for proposal in newest.select_related("mapping"):
        if (lead_again := proposal.mapping) and proposal.decision == Decision.APPROVED and proposal.entry_id is None:
            submit(subject=lead_again, by=by)
            by_site.append(lead_again.with_members)
    return sum(map(len, by_site)), len(by_site)

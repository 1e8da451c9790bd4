"""The database models of the newsroom: drafts, people, proposals and the audit log.

Workflows belong in `factcheck.editorial.proposals`, pages in `factcheck.editorial.desk`, and published rows in
`factcheck.record`.
"""

from factcheck.editorial.models.captures import Capture, Picture, WatchedSource
from factcheck.editorial.models.claims import Appearance, Card, Claim, Claimant, Topic, TopicLabel
from factcheck.editorial.models.demands import Demand, Incident
from factcheck.editorial.models.drafts import OpenDraft, SavedState, SearchRow
from factcheck.editorial.models.events import EditorialEvent
from factcheck.editorial.models.imports import ImportBatch, Job
from factcheck.editorial.models.people import (
    AnsweredRequest,
    ApiToken,
    Freeze,
    Membership,
    NoticeChoice,
    Publisher,
    SecondFactor,
    Session,
    SignInCounter,
    User,
)
from factcheck.editorial.models.proposals import PreparedVector, Proposal, Signature
from factcheck.editorial.models.reader_messages import Mismatch, ReaderMessage, ReusableAnswer
from factcheck.editorial.models.reviews import Authorship, Reply, Review, Source
from factcheck.editorial.models.scales import RatingScale, Verdict, VerdictLabel, VerdictMapping
from factcheck.editorial.models.talk.comments import Comment

__all__ = [
    "AnsweredRequest", "ApiToken", "Appearance", "Authorship", "Capture", "Card", "Claim", "Claimant", "Comment",
    "Demand", "EditorialEvent", "Freeze", "ImportBatch", "Incident", "Job", "Membership", "Mismatch", "NoticeChoice",
    "OpenDraft", "Picture", "PreparedVector", "Proposal", "Publisher", "RatingScale", "ReaderMessage", "Reply",
    "ReusableAnswer", "Review", "SavedState", "SearchRow", "SecondFactor", "Session", "SignInCounter", "Signature",
    "Source", "Topic", "TopicLabel", "User", "Verdict", "VerdictLabel", "VerdictMapping", "WatchedSource",
]  # fmt: skip

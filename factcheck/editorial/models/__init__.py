"""The database models of the newsroom: drafts, people, proposals and the audit log.

Workflows belong in `factcheck.editorial.proposals`, pages in `factcheck.editorial.desk`, and published rows in
`factcheck.record`.
"""

from factcheck.editorial.models.captures import Capture
from factcheck.editorial.models.claims import Appearance, Claim, Claimant, Topic, TopicLabel
from factcheck.editorial.models.demands import Demand
from factcheck.editorial.models.events import EditorialEvent
from factcheck.editorial.models.freezes import Freeze
from factcheck.editorial.models.imports import ImportBatch
from factcheck.editorial.models.jobs import Job
from factcheck.editorial.models.people import Membership, Publisher, User
from factcheck.editorial.models.pictures import Picture
from factcheck.editorial.models.proposals import Proposal
from factcheck.editorial.models.reader_messages import ReaderMessage
from factcheck.editorial.models.reviews import Authorship, Review, Source
from factcheck.editorial.models.saved_states import OpenDraft, SavedState
from factcheck.editorial.models.scales import RatingScale, Verdict, VerdictLabel, VerdictMapping
from factcheck.editorial.models.sign_in import SecondFactor, Session, SignInCounter
from factcheck.editorial.models.tokens import AnsweredRequest, ApiToken
from factcheck.editorial.models.watched_sources import WatchedSource

__all__ = [
    "AnsweredRequest", "ApiToken", "Appearance", "Authorship", "Capture", "Claim", "Claimant", "Demand",
    "EditorialEvent", "Freeze", "ImportBatch", "Job", "Membership", "OpenDraft", "Picture", "Proposal",
    "Publisher", "RatingScale", "ReaderMessage", "Review", "SavedState", "SecondFactor", "Session",
    "SignInCounter", "Source", "Topic", "TopicLabel", "User", "Verdict", "VerdictLabel", "VerdictMapping",
    "WatchedSource",
]  # fmt: skip

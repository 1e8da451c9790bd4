"""The models of all packages of the record. Django looks for models in this module."""

from factcheck.record.evidence.newsroom_pages import RulesVersion
from factcheck.record.evidence.public_captures import PublicCapture
from factcheck.record.evidence.source_checks import SourceCheck
from factcheck.record.log.models import Approval, Cosignature, LogCheckpoint, LogEntry, LogTile, RevisionDocument
from factcheck.record.matching.models import ReviewVector
from factcheck.record.readmodel.address import RecordAddress
from factcheck.record.readmodel.correction_models import PublishedCorrection
from factcheck.record.readmodel.models import (
    PublishedClaim,
    PublishedDemand,
    PublishedMapping,
    PublishedMerge,
    PublishedReference,
    PublishedReview,
)
from factcheck.record.readmodel.picture_models import PublishedPicture
from factcheck.record.readmodel.profile_models import ProfileChange
from factcheck.record.readmodel.row_models import Status
from factcheck.record.search.models import Word

__all__ = [
    "Approval", "Cosignature", "LogCheckpoint", "LogEntry", "LogTile", "ProfileChange", "PublicCapture",
    "PublishedClaim", "PublishedCorrection", "PublishedDemand", "PublishedMapping", "PublishedMerge",
    "PublishedPicture", "PublishedReference", "PublishedReview", "RecordAddress", "ReviewVector", "RevisionDocument",
    "RulesVersion", "SourceCheck", "Status", "Word",
]  # fmt: skip

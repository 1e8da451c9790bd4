"""The language of records whose file doesn't state the language."""

from factcheck.imports.readers.imported_review import ImportedReview
from factcheck.record.statements.values import UNKNOWN_LANGUAGE
from factcheck.tools.language_detection import detect_language


def complete_language(statement: ImportedReview, stated: str, unspecified: frozenset[str]) -> frozenset[str]:
    """Set the language of a record without a language, and return the unspecified paths.

    `stated` is the language that the importer states for the whole file, or "". If it is "", the language is detected
    and marked as detected. An existing review keeps its own language at the returned paths.
    """
    if statement.language != UNKNOWN_LANGUAGE:
        return unspecified - {"language_detected"}
    claim, language = statement.claim, stated or detect_language(_text(statement))
    shares = claim.language == UNKNOWN_LANGUAGE
    if language:
        statement.language, statement.language_detected = language, not stated
        claim.language = language if shares else claim.language
    paths = {"language", "language_detected"} | ({"claim.language"} if shares else set())
    return unspecified - paths if stated else unspecified | paths


def _text(statement: ImportedReview) -> str:
    texts = (statement.headline, statement.claim.text, statement.summary, statement.body)
    return "\n".join(text for text in texts if text)

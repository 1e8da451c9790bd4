"""The REST API: the public record in all machine-readable formats, read-only except for drafts and messages.

The API reads `factcheck.record` and never reads drafts. Only `api.intake` passes data on to the editors' side.
All endpoints use `http` and `lists`. Pages for people are in `factcheck.website`.
"""

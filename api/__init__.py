"""The REST API: every machine-readable form of the public record, read-only except for drafts and messages.

It reads `factcheck.record` and never drafts. Only `api.intake` passes anything on to the editors' side.
`http` and `lists` serve all endpoints. Pages for people are in `factcheck.website`.
"""

"""The newsroom's side: drafts, the people who work on drafts, and the decisions that lead to a publication.

This package contains everything that isn't public yet: models, the workflow, access for programs with a token, and the
admin pages in `desk`. Published data belongs in `factcheck.record`. Requests from the public are handled in `api` and
`factcheck.website`.
"""

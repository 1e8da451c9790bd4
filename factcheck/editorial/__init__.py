"""The newsroom's side: drafts, the people who work on them, and the decisions that lead to a publication.

Here belongs everything that isn't public yet: models, workflow, programs with a token, and the admin pages in `desk`.
Published data belongs to `factcheck.record`, and the public's requests to `api` and `factcheck.website`.
"""

"""The pages on which people write: drafts of reviews and claims, autosave, conflicts and saved states.

Rules for drafts belong in `factcheck.editorial.drafts`, and decisions on drafts in `desk.deciding`.
"""

"""The pages on which two people decide: proposals, reviews, imports and freezes, with their buttons.

The rules belong in `factcheck.editorial.proposals`. These pages show the subjects and call the rules.
"""

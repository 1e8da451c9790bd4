"""Pages of reviews, their revisions and their claims, and of the changes between two revisions.

Pages that list reviews are in `browse`, and files for checking a review are in `verifying`.
"""

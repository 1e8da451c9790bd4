"""The editors' desk: Django's admin as the newsroom uses it.

Pages, forms, lists and permissions belong here, one module for each subject, and the texts that editors read there.
The rules themselves don't: they are in `factcheck.editorial`, and each page calls them.
"""

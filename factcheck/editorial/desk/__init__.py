"""The editors' desk: Django's admin as the newsroom uses it, with one room for each part of the work.

The package contains pages, forms, lists, permissions and the texts that editors read. All rooms use the modules on this
floor. The rules are in `factcheck.editorial`, and the pages call these rules.
"""

"""The editors' desk: Django's admin as the newsroom uses it.

This package contains pages, forms, lists, permissions and the texts that editors read, with one module for each
subject. The rules are in `factcheck.editorial`, and the pages call them.
"""

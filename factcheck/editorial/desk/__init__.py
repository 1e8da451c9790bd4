"""The editors' desk: Django's admin as the newsroom uses it, in one room for each part of the work.

This package contains pages, forms, lists, permissions and the texts that editors read. All rooms use the modules on
this floor. The rules are in `factcheck.editorial`, and the pages call them.
"""

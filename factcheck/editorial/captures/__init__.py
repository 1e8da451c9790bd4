"""The work on captures: requesting, fetching, uploading, publishing and erasing copies of sources and appearances.

The model is in `factcheck.editorial.models.captures`, and the pages are in `factcheck.editorial.desk.evidence`.
"""

"""Evidence at the desk: copies of sources, pictures and videos, uploads, and the weekly check of sources.

Fetching, storing and deleting belong in `factcheck.editorial.captures` and `factcheck.editorial.pictures`.
"""

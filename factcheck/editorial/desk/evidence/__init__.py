"""Evidence at the desk: copies of sources, pictures and videos, uploads, and the weekly check of sources.

Code that fetches, stores and deletes files belongs in `factcheck.editorial.captures` and
`factcheck.editorial.pictures`.
"""

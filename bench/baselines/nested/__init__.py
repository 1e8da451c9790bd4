"""The list of reviews as nested serializers of Django REST framework over normalised tables, joined and prefetched.

It sends the same JSON for each review. `filling` makes the tables from the bodies that are served beside it.
"""

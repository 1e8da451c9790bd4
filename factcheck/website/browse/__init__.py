"""Lists of what is published: the home page, topics, publishers, claimants, corrections and demands.

The filters of all lists are here too. Search results are in `search`, and numbers in `statistics`.
"""

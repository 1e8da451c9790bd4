"""The tools of every endpoint: the base view, parameters, problems, negotiation, caching, ranges, streams.

Lists have a package of their own (`api.lists`). Nothing here knows reviews, claims or any other resource.
"""

"""Tools for all endpoints: the base view, parameters, problems, negotiation, responses and ranges.

Lists are in a separate package (`api.lists`).
"""

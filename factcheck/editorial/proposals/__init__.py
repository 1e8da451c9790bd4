"""Decisions that take two people: one workflow, and a policy for each kind of proposal.

All code that submits statements or decides on them belongs here. Drafts, the desk's pages and the record don't.
"""

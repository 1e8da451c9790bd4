"""Decisions by two people: one workflow, and a policy for each kind of proposal.

Everything that submits a statement or decides on one belongs here. Drafts, the desk's pages and the record don't.
"""

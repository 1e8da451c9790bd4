"""The one way in which two people decide: a workflow, and a policy for each kind of proposal.

Here belongs everything that puts a statement before a second person or decides on it.
The drafts themselves, the desk's pages and the record do not belong here.
"""

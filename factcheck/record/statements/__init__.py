"""Statements: the content of a review, a demand or a merge, declared once as typed models.

Each kind has a module. The types of values, the checks and the JSON Schema are here too.
Nothing here imports Django, knows a draft or builds a statement. The editorial package does that.
"""

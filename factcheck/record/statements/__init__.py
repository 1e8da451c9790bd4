"""Statements: what a review, a demand, a merge says, declared once as typed models with limits, meanings and examples.

One module for each kind of statement, the types of their values, the checks, and what is derived from the models.
Nothing here imports Django, knows a draft, or builds a statement: that is the editors' side.
"""

"""Statements, which are the content of a review, a demand or a merge, declared once as typed models.

Each kind has a module. This package also contains the types of values, the checks and the JSON Schema. It doesn't
import Django or build statements. The editorial package builds statements from drafts.
"""

"""The ways in which programs work with a newsroom: tokens, webhooks, and the jobs of the worker.

Writing by programs belongs in `factcheck.editorial.programs`, and sending webhooks in `factcheck.webhooks`.
"""

"""Webhooks, which notify other sites of publications: subscriptions, deliveries and attempts.

The package reads `factcheck.record` and never reads drafts. Editors manage subscriptions at the desk.
"""

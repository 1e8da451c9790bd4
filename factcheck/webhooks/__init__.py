"""Webhooks, which notify other sites about publications: subscriptions, deliveries and attempts.

The package reads `factcheck.record` and never reads drafts. Account administrators manage subscriptions at the desk.
"""

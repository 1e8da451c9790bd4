"""Webhooks: subscriptions, deliveries and attempts that tell other sites what has become public.

It reads `factcheck.record` and never drafts. Editors manage subscriptions at the desk (`factcheck.editorial.desk`).
"""

"""Small things without a site: environment, secret files, logs, numbers, HTTP client, public addresses, slots.

Every package may use them, so they import nothing of ours. Whatever answers requests is in `factcheck.web`.
"""

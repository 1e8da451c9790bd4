"""The URLs that tell operators how the site is: `/healthz`, `/readyz` and `/metrics` (docs/how-to/monitor.md).

These URLs are answered before all other middleware and without the URL configuration, so every process has them. The
numbers that processes count are in `factcheck.tools.metrics`.
"""

"""Pages for readers: reviews, claims, corrections, demands, forms for messages, sitemaps and well-known files.

The rooms follow the pages: `reviews`, `search`, `browse`, `statistics`, `sharing`, `verifying` and `documentation`.
Each module with views is named `…_views`. The pages read `factcheck.record` and never read drafts. Only `intake` passes
messages to the editors' side. Machine-readable formats are in `api`.
"""

"""Google's Fact Check Tools API (`claims:search`), served from our record for clients that already support it.

Parameters, errors and field masks follow Google's rules. The search itself is in `factcheck.record.search`.
"""

"""Google's Fact Check Tools API (`claims:search`), served from our record for clients that already speak it.

Its parameters, errors and field masks follow Google's rules. Search itself is in `factcheck.record.search`.
"""

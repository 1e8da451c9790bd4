"""Signatures of two people with their passkeys, in newsrooms that have switched them on, and the keys that may sign.

The bytes and the checks belong in `factcheck.record.approvals`, and the switch and the keys are kept by the log's
signer. The workflow of proposals calls this package.
"""

"""Subjects that reviews refer to: claimants, merged claims, publishers, scales and topics."""

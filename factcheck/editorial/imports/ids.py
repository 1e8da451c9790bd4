"""Ids of what an import makes: in the order of time, so that they lie side by side in the indexes (ADR 28)."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562, section 5.7): milliseconds since 1970, and 74 random bits."""
    milliseconds, chance = time.time_ns() // 1_000_000, secrets.randbits(74)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | chance >> 62 << 64 | 0b10 << 62 | chance & (1 << 62) - 1)

"""The signatures that two people make with their passkeys before an entry is published.

`assertions.py` defines the bytes that people sign, and checks what a browser returns. `rules.py` says which two
signatures an entry needs. Both are pure, so the signer's process and the desk use the same checks. Pages and keys of
people belong in `editorial`, and the signer's state in `log`.
"""

"""Time stamps (RFC 3161), with which an independent server confirms that a capture existed at this time.

The server in TIMESTAMP_URL receives only the SHA-256 of the file. Each response is verified against the certificates
that this machine trusts for TLS. If the server fails, the capture has no time stamp.
"""

import hashlib
import logging
import ssl
from urllib.parse import urlsplit

from cryptography.x509 import Certificate, load_der_x509_certificate
from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from factcheck.tools.http_client import FetchError, send

logger = logging.getLogger(__name__)

SECONDS = 8.0
MAX_RESPONSE = 64 * 1024


def request_token(content: bytes) -> bytes | None:
    """Return the verified time stamp token of the content in DER, or None if the server fails."""
    if not settings.TIMESTAMP_URL:
        return None
    try:
        return _request_token(content)
    except (FetchError, ValueError, VerificationError) as problem:
        logger.warning("The time stamp server %s failed: %s", urlsplit(settings.TIMESTAMP_URL).hostname, problem)
        return None


def _request_token(content: bytes) -> bytes:
    request = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build()
    headers = {"Content-Type": "application/timestamp-query"}
    sent = send(
        "POST",
        settings.TIMESTAMP_URL,
        request.as_bytes(),
        headers,
        seconds=SECONDS,
        max_body=MAX_RESPONSE,
        any_host=True,
    )
    if sent.status != 200:
        raise ValueError(f"HTTP status {sent.status}")
    response = decode_timestamp_response(sent.body)
    verifier = VerifierBuilder(nonce=request.nonce, roots=_trusted_issuers(response)).build()  # ValueError: no roots
    verifier.verify(response, hashlib.sha256(content).digest())
    return response.time_stamp_token()


def _trusted_issuers(response: TimeStampResponse) -> list[Certificate]:
    """Return this machine's root certificates that issued one of the certificates in the response.

    The other roots aren't parsed, because some of them don't follow the current rules.
    """
    sent = [load_der_x509_certificate(certificate) for certificate in response.signed_data.certificates]
    issuers = {certificate.issuer.public_bytes() for certificate in sent}
    roots = ssl.create_default_context().get_ca_certs(binary_form=True)
    return [load_der_x509_certificate(root) for root in roots if any(issuer in root for issuer in issuers)]

"""A certificate for loopback and for namespaces, signed by an authority made for this run only."""

import ssl
from pathlib import Path

import trustme

NAMESPACES = "*.servicebus.windows.net"  # for clients that are led here though they name a real one


def server_context(authority_file: Path) -> ssl.SSLContext:
    """Make an authority and a certificate for loopback names, and for those of Event Hubs namespaces.

    Args:
        authority_file: where the authority's certificate is written (PEM), for clients to trust.

    Returns:
        A server's TLS context with the certificate.
    """
    authority = trustme.CA()
    authority.cert_pem.write_to_path(authority_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost", "::1", NAMESPACES).configure_cert(context)
    return context

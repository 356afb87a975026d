"""TLS for listeners and sources: contexts from files, TLS 1.2 or later."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from pyargus.errors import BadUse


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files. certificate: with its chain; key: empty where it is in the same file; ca: certificates that peers' are checked against."""

    certificate: str = ""
    key: str = ""
    ca: str = ""

    def __bool__(self) -> bool:
        return bool(self.certificate or self.key or self.ca)


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """The context of a listener; with a `ca` every client must show a certificate that it has signed. Raises BadUse for unusable files."""
    if not files.certificate:
        raise BadUse("TLS needs a server certificate (--tls-cert)")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, files)
    if files.ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_context(files: TlsFiles) -> ssl.SSLContext:
    """The context of a source: the server's certificate and name are always checked, against `ca` or the system's authorities.

    Raises BadUse for unusable files.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not files.ca:
        context.load_default_certs()
    _load(context, files)
    return context


def _load(context: ssl.SSLContext, files: TlsFiles) -> None:
    try:
        if files.certificate:
            context.load_cert_chain(files.certificate, files.key or None)
        if files.ca:
            context.load_verify_locations(files.ca)
    except (OSError, ssl.SSLError) as error:
        names = ", ".join(name for name in (files.certificate, files.key, files.ca) if name)
        raise BadUse(f"TLS: {names}: {getattr(error, 'reason', None) or error.strerror or error}") from None

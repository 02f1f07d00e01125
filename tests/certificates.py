"""Certificates of TLS as an administrator makes them: of an authority, and of those whom it knows."""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from nlp.parallel.cluster import Certificates

if TYPE_CHECKING:
    from pathlib import Path


def issue(folder: Path) -> Certificates:
    """The files of a new authority, and of one certificate for all that it knows, on this machine."""
    folder.mkdir()
    authority, its_key = _name("authority"), ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    of_authority = _signed(authority, its_key.public_key(), authority, its_key, is_authority=True)
    certificate = _signed(_name("one"), key.public_key(), authority, its_key, is_authority=False)
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    written = {
        "ca.pem": of_authority.public_bytes(pem),
        "cert.pem": certificate.public_bytes(pem),
        "key.pem": secret,
    }
    for name, data in written.items():
        (folder / name).write_bytes(data)
    return Certificates(*(str(folder / name) for name in written))


def _name(told: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, told)])


def _signed(
    subject: x509.Name,
    public: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    now, day = dt.datetime.now(dt.UTC), dt.timedelta(days=1)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )

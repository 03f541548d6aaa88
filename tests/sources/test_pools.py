"""The rules of TLS that a kubeconfig comes to: the same that kubectl makes of it."""

from __future__ import annotations

import base64
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tui.sources.pools import make_connections

HOST = "cluster.example"
Made = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def made(common: str, issuer: Made | None = None, *, is_authority: bool = True) -> Made:
    """A certificate as simple as some clusters make them: it does not name its key, or the next."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer[1].subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    )
    return key, builder.sign(issuer[0] if issuer else key, hashes.SHA256())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def shake_hands(trusted: x509.Certificate, own: Made, folder: Path) -> None:
    """Between the client that trusts the one and a server that has the other, in memory."""
    data = base64.b64encode(pem(trusted)).decode()
    rules = make_connections(
        f"https://{HOST}", {"certificate-authority-data": data}, "", None, {}, most=1
    )._rules()
    chain = folder / "server.pem"
    secret = own[0].private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    chain.write_bytes(pem(own[1]) + secret)
    server_rules = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_rules.load_cert_chain(chain)
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = rules.wrap_bio(to_client, to_server, server_hostname=HOST)
    server = server_rules.wrap_bio(to_server, to_client, server_side=True)
    waiting = [client, server]
    while waiting:
        side = waiting.pop(0)
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            waiting.append(side)


def test_an_authority_that_another_one_made_is_trusted_without_that_one(tmp_path: Path) -> None:
    above = made("above")
    authority = made("authority", above)
    own = made(HOST, authority, is_authority=False)
    shake_hands(authority[1], own, tmp_path)


def test_an_authority_that_names_no_keys_is_trusted(tmp_path: Path) -> None:
    authority = made("authority")
    shake_hands(authority[1], made(HOST, authority, is_authority=False), tmp_path)


def test_an_authority_that_did_not_make_it_is_not_trusted(tmp_path: Path) -> None:
    own = made(HOST, made("authority"), is_authority=False)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(made("another")[1], own, tmp_path)

"""What a server spends on one new TLS connection, of CPU: TLS 1.3, a certificate with a key on P-256, nothing resumed.

By OpenSSL in this process, both ends in memory; only the server's steps are timed. No network and no proxy is in it.
"""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_NAME = "custodiet.example"
_TIMES = 50


def handshake_us() -> int:
    """Median."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "server.pem"
        _write_certificate(file)
        server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        server.load_cert_chain(file)
        client.load_verify_locations(file)
    return round(1e6 * median(_server_s(server, client) for _ in range(_TIMES)))


def _server_s(server: ssl.SSLContext, client: ssl.SSLContext) -> float:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    serving = server.wrap_bio(to_server, to_client, server_side=True)
    asking = client.wrap_bio(to_client, to_server, server_hostname=_NAME)
    spent, done = 0.0, False
    while not done:
        asked = _goes_on(asking)
        began = process_time()
        done = _goes_on(serving) and asked
        spent += process_time() - began
    return spent


def _goes_on(end: ssl.SSLObject) -> bool:
    """One step; whether it is through."""
    try:
        end.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def _write_certificate(file: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAME)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(_NAME)]), critical=False)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    signed = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    file.write_bytes(key.private_bytes(*form) + signed)

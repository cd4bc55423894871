"""A made-up authority, and certificates for 127.0.0.1 that it vouches for."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_DAY = timedelta(days=1)
_PEM = serialization.Encoding.PEM


class Authority:
    """Its own certificate is `ca_file`."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._called = _called(f"made-up {name}")
        self.ca_file = folder / f"{name}.pem"
        self.ca_file.write_bytes(self._certificate(self._called, self._key, authority=True))

    def issue(self, name: str) -> tuple[Path, Path]:
        """A certificate and its key, in files called NAME.pem and NAME.key."""
        key = ec.generate_private_key(ec.SECP256R1())
        paths = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        paths[0].write_bytes(self._certificate(_called(f"made-up {name}"), key, authority=False))
        paths[1].write_bytes(key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return paths

    def _certificate(self, called: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool) -> bytes:
        now = datetime.now(UTC)
        built = (
            x509.CertificateBuilder(self._called, called, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + _DAY)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        )
        return built.sign(self._key, hashes.SHA256()).public_bytes(_PEM)


def shut(key_file: Path, password: bytes) -> Path:
    """The same key in a file beside it, to be opened by a password."""
    key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    beside = key_file.with_suffix(".shut.key")
    closed = serialization.BestAvailableEncryption(password)
    beside.write_bytes(key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, closed))
    return beside


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])

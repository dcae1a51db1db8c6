"""Sign a result with Content Credentials (C2PA): of which original it was made, by what, and that its colours are made.

The manifest is inside the file where the format allows it, else beside it, as NAME.c2pa. Nothing is sent anywhere:
there is no time stamp of an authority, and no certificate is looked up. [only home of c2pa and cryptography]
"""

import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autochrome import __version__
from autochrome.errors import ExtraMissing, SigningFailed
from autochrome.files import atomic_path, atomic_write, check_output, write_errors
from autochrome.provenance.xmp import SOURCE_TYPE

_EMBEDDED = {
    **{".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".jpe": "image/jpeg", ".jfif": "image/jpeg"},
    **{".png": "image/png", ".tif": "image/tiff", ".tiff": "image/tiff", ".webp": "image/webp"},
    **{".avif": "image/avif", ".pdf": "application/pdf", ".gif": "image/gif", ".dng": "image/x-adobe-dng"},
    **{".heic": "image/heic", ".heif": "image/heif", ".jxl": "image/jxl"},
    **{".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".avi": "video/avi"},
}
"""The suffix → the media type of formats that hold a manifest."""
_ANY = "application/octet-stream"  # a file of another format, whose manifest is beside it
_CURVES = {"secp256r1": b"es256", "secp384r1": b"es384", "secp521r1": b"es512"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A certificate and its key that have signed something already, as a trial."""

    signer: Any  # c2pa's
    name: str  # of the owner of the certificate


def open_credentials(certificate: Path, key: Path) -> Credentials:
    """Read a chain of certificates, the signer's first, and the signer's key, both PEM; and sign a trial picture.

    Raises `SigningFailed` if they cannot sign.
    """
    with _needed():
        import c2pa
    chain, private_key = (_read(path) for path in (certificate, key))
    name, algorithm = _check_pair(chain, private_key, certificate, key)
    try:
        info = c2pa.C2paSignerInfo(algorithm, chain, private_key, None)
        credentials = Credentials(c2pa.Signer.from_info(info), name)
        picture = _trial_picture()
        _sign(credentials, _Ingredient(io.BytesIO(picture)), io.BytesIO(picture), io.BytesIO())
    except c2pa.C2paError as error:
        raise SigningFailed(
            f"{certificate}: the certificate cannot sign Content Credentials ({_reason(error)}); "
            "it must be for signing documents or e-mail, and be issued by an authority."
        ) from error
    return credentials


def sidecar_of(path: Path) -> Path | None:
    """Where the manifest of a file goes: None inside it, else the path of a file beside it."""
    return None if path.suffix.lower() in _EMBEDDED else path.with_suffix(".c2pa")


def check_sidecar(path: Path, *, overwrite: bool) -> None:
    """Raise `OutputExists` if the manifest goes beside the file and there is one already."""
    if sidecar := sidecar_of(path):
        check_output(sidecar, None, overwrite=overwrite)


def sign_file(path: Path, original: Path | bytes, credentials: Credentials) -> str:
    """Sign a finished file, which was made of `original`. Returns a note: by whom, and where the manifest is.

    The file stays unsigned and whole if this fails.
    """
    import c2pa

    sidecar = sidecar_of(path)
    try:
        with ExitStack() as stack:
            source = stack.enter_context(_ingredient(original))
            file = stack.enter_context(path.open("rb"))
            if sidecar:
                atomic_write(sidecar, _sign(credentials, source, file, None))
                return f"Content Credentials signed by {credentials.name}: {sidecar}"
            part = stack.enter_context(atomic_path(path))
            with write_errors(path), part.open("w+b") as signed:
                _sign(credentials, source, file, signed, _EMBEDDED[path.suffix.lower()], path.name)
    except c2pa.C2paError as error:
        raise SigningFailed(
            f"{path}: it is written, but could not be signed ({_reason(error)}); it has no Content Credentials."
        ) from error
    return f"Content Credentials signed by {credentials.name}: inside the file"


def _sign(
    credentials: Credentials,
    source: "_Ingredient",
    file: Any,
    signed: Any | None,
    media_type: str = "image/png",
    title: str = "",
) -> bytes:
    """Sign `file` into `signed`; without `signed` the manifest is only returned."""
    import c2pa

    settings = c2pa.Context.from_dict({"builder": {"thumbnail": {"enabled": False}}})
    with c2pa.Builder(_manifest(title, source.digest()), settings) as builder:
        builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
        parent = {"title": source.name, "relationship": "parentOf"}
        builder.add_ingredient(parent, source.media_type, source.stream)
        if signed is None:
            builder.set_no_embed()
            return bytes(builder.sign(credentials.signer, _ANY, file, io.BytesIO()))
        return bytes(builder.sign(credentials.signer, media_type, file, signed))


def _manifest(title: str, digest: str) -> dict[str, Any]:
    """What the manifest says besides its ingredient, which c2pa adds as `c2pa.opened`."""
    software = {"name": "autochrome", "version": __version__}
    action = {
        "action": "c2pa.color_adjustments",
        "description": "Colorized: colours predicted by a trained model; the lightness is that of the original",
        "digitalSourceType": SOURCE_TYPE,
        "softwareAgent": software,
        "parameters": {"org.autochrome.original.sha256": digest},
    }
    actions = {"label": "c2pa.actions.v2", "data": {"actions": [action]}}
    named = {"title": title} if title else {}
    return {"claim_generator_info": [software], "assertions": [actions], **named}


@dataclass(frozen=True, slots=True)
class _Ingredient:
    """The original, open for reading."""

    stream: Any
    media_type: str = "image/png"
    name: str = "original"

    def digest(self) -> str:
        """SHA-256 of the original."""
        found = hashlib.file_digest(self.stream, "sha256").hexdigest()
        self.stream.seek(0)
        return found


@contextmanager
def _ingredient(original: Path | bytes) -> Iterator[_Ingredient]:
    if isinstance(original, bytes):
        yield _Ingredient(io.BytesIO(original), _ANY)
        return
    with original.open("rb") as stream:
        yield _Ingredient(stream, _EMBEDDED.get(original.suffix.lower(), _ANY), original.name)


def _check_pair(chain: bytes, private_key: bytes, certificate: Path, key: Path) -> tuple[str, bytes]:
    """(owner of the certificate, algorithm by the kind of key); raises `SigningFailed` if the two do not fit."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        first = x509.load_pem_x509_certificates(chain)[0]
    except ValueError as error:
        raise SigningFailed(
            f"{certificate}: this is no certificate in PEM form; convert it first."
        ) from error
    try:
        pair = load_pem_private_key(private_key, None)
    except TypeError as error:
        raise SigningFailed(f"{key}: the key is protected by a password; remove it first.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SigningFailed(f"{key}: this is no private key in PEM form; convert it first.") from error
    if pair.public_key() != first.public_key():
        raise SigningFailed(f"{key}: this key does not belong to the first certificate of {certificate}.")
    if not first.not_valid_before_utc <= datetime.now(UTC) <= first.not_valid_after_utc:
        raise SigningFailed(
            f"{certificate}: the certificate is valid from {first.not_valid_before_utc:%Y-%m-%d} "
            f"to {first.not_valid_after_utc:%Y-%m-%d}, not today; get a new one."
        )
    names = first.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    name = str(names[0].value) if names else first.subject.rfc4514_string()
    if isinstance(pair, ec.EllipticCurvePrivateKey) and pair.curve.name in _CURVES:
        return name, _CURVES[pair.curve.name]
    if isinstance(pair, rsa.RSAPrivateKey):
        return name, b"ps256"
    if isinstance(pair, ed25519.Ed25519PrivateKey):
        return name, b"ed25519"
    raise SigningFailed(
        f"{key}: C2PA takes keys of the kinds P-256, P-384, P-521, RSA and Ed25519, not this one."
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SigningFailed(f"{path}: cannot be read ({error.strerror}); check the name.") from error


@contextmanager
def _needed() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise ExtraMissing(
            "Content Credentials need more libraries: pip install 'autochrome[c2pa]'"
        ) from error


def _trial_picture() -> bytes:
    """A PNG of one grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = chunk(b"IHDR", bytes((0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")


def _reason(error: Exception) -> str:
    return str(error).removeprefix("Signature: ").removeprefix("Other: ").rstrip(".")

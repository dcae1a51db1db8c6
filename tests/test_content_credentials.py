"""Content Credentials: signed results are read back by the library of C2PA, with certificates made here."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import c2pa
import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from autochrome.errors import ExtraMissing, SigningFailed
from autochrome.provenance import SOURCE_TYPE
from autochrome.provenance.content_credentials import open_credentials
from filmmaking import make_film
from pictures import pil

Key = ec.EllipticCurvePrivateKey
GREY = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".tif": "image/tiff", ".webp": "image/webp"}
TYPES |= {".avif": "image/avif", ".mp4": "video/mp4", ".mov": "video/quicktime"}


def certificate(name: str, key: Key, issuer: str, signer: Key, *, days: int = 300) -> x509.Certificate:
    """One certificate; that of an authority if it has the name of its issuer."""
    authority = name == issuer

    def named(common: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "The Archive"),
                x509.NameAttribute(NameOID.COMMON_NAME, common),
            ]
        )

    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    )
    usage |= {"digital_signature": not authority, "key_cert_sign": authority, "crl_sign": authority}
    start = datetime.now(UTC) - timedelta(days=100)
    builder = (
        x509.CertificateBuilder(named(issuer), named(name), key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.KeyUsage(**usage, encipher_only=False, decipher_only=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if not authority:
        use = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(use, critical=False)
    return builder.sign(signer, hashes.SHA256())


class Papers(NamedTuple):
    """Files: the signer's chain, its key, the root, and keys and certificates that cannot sign."""

    chain: Path
    key: Path
    root: Path
    other_key: Path
    locked_key: Path
    expired: Path
    self_signed: Path
    own_key: Path


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    folder = tmp_path_factory.mktemp("papers")
    authority, signer, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))

    def save(name: str, *parts: x509.Certificate | Key, password: bytes = b"") -> Path:
        lock = BestAvailableEncryption(password) if password else NoEncryption()
        pem = [
            part.public_bytes(Encoding.PEM)
            if isinstance(part, x509.Certificate)
            else part.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
            for part in parts
        ]
        (folder / name).write_bytes(b"".join(pem))
        return folder / name

    root = certificate("Root", authority, "Root", authority)
    return Papers(
        save("chain.pem", certificate("Maria", signer, "Root", authority), root),
        save("key.pem", signer),
        save("root.pem", root),
        save("other.pem", other),
        save("locked.pem", signer, password=b"secret"),
        save("expired.pem", certificate("Maria", signer, "Root", authority, days=10), root),
        save("self.pem", certificate("Own", other, "Own", other)),
        save("own.pem", other),
    )


def read(path: Path, papers: Papers, manifest: bytes | None = None, kind: str = "") -> dict[str, Any]:
    """What the library of C2PA says of a file, with our root as the only trusted one."""
    trust = {"trust": {"trust_anchors": papers.root.read_text()}, "verify": {"verify_trust": True}}
    with path.open("rb") as file:
        reader = c2pa.Reader(kind or TYPES[path.suffix], file, manifest, c2pa.Context.from_dict(trust))
        found: dict[str, Any] = json.loads(reader.json())
    return found


def assert_says_what_was_done(found: dict[str, Any], original: str) -> None:
    assert found["validation_state"] == "Trusted"
    manifest = found["manifests"][found["active_manifest"]]
    assert manifest["claim_generator_info"][0]["name"] == "autochrome"
    (ingredient,) = manifest["ingredients"]
    assert (ingredient["title"], ingredient["relationship"]) == (original, "parentOf")
    opened, colored = next(
        each["data"]["actions"] for each in manifest["assertions"] if each["label"] == "c2pa.actions.v2"
    )
    assert opened["action"] == "c2pa.opened"
    assert colored["action"] == "c2pa.color_adjustments"
    assert colored["digitalSourceType"] == SOURCE_TYPE
    assert colored["description"].startswith("Colorized")
    assert len(colored["parameters"]["org.autochrome.original.sha256"]) == 64
    assert manifest["signature_info"]["common_name"] == "Maria"


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".avif"])
def test_photos_are_signed_inside(
    suffix: str, papers: Papers, autochrome: Callable, tiny_model: Path, tmp_path: Path
) -> None:
    source, target = tmp_path / "old.png", tmp_path / f"new{suffix}"
    source.write_bytes(pil(GREY, "PNG"))
    words = ("photo", source, "-o", target, "--sign", papers.chain, papers.key, "--json")
    ran = autochrome(*words, "--model", tiny_model)
    assert ran.code == 0
    assert json.loads(ran.out.splitlines()[0])["notes"] == [
        "Content Credentials signed by Maria: inside the file"
    ]
    assert_says_what_was_done(read(target, papers), "old.png")
    assert b"compositeWithTrainedAlgorithmicMedia" in target.read_bytes()  # XMP stays
    if suffix == ".jpg":
        data = bytearray(target.read_bytes())
        data[-40] ^= 1
        target.write_bytes(data)
        assert read(target, papers)["validation_state"] == "Invalid"


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_films_are_signed_inside_or_beside(
    suffix: str, papers: Papers, autochrome: Callable, tiny_model: Path, tmp_path: Path
) -> None:
    source = make_film(tmp_path / "old.mp4")
    target = tmp_path / f"new{suffix}"
    words = ("film", source, "-o", target, "--sign", papers.chain, papers.key, "--json")
    ran = autochrome(*words, "--model", tiny_model)
    assert ran.code == 0
    if suffix != ".mkv":
        assert_says_what_was_done(read(target, papers), "old.mp4")
        return
    sidecar = tmp_path / "new.c2pa"
    assert f"Content Credentials signed by Maria: {sidecar}" in json.loads(ran.out.splitlines()[0])["notes"]
    kind = "application/octet-stream"
    assert_says_what_was_done(read(target, papers, sidecar.read_bytes(), kind), "old.mp4")
    assert read(source, papers, sidecar.read_bytes(), kind)["validation_state"] == "Invalid"


@pytest.mark.parametrize(
    ("chain", "key", "words"),
    [
        ("chain", "other_key", "does not belong to the first certificate"),
        ("chain", "locked_key", "protected by a password"),
        ("chain", "chain", "no private key in PEM form"),
        ("key", "key", "no certificate in PEM form"),
        ("expired", "key", "not today"),
        ("self_signed", "own_key", "cannot sign Content Credentials .*self-signed"),
    ],
)
def test_what_cannot_sign_is_one_sentence(papers: Papers, chain: str, key: str, words: str) -> None:
    with pytest.raises(SigningFailed, match=words):
        open_credentials(getattr(papers, chain), getattr(papers, key))


def test_a_bad_certificate_stops_before_the_work(
    papers: Papers, autochrome: Callable, tmp_path: Path
) -> None:
    source = tmp_path / "old.png"
    source.write_bytes(pil(GREY, "PNG"))
    ran = autochrome("photo", source, "--sign", papers.chain, tmp_path / "no.pem")
    assert (ran.code, ran.err.count("\n")) == (52, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["old.png"]
    piped = autochrome("photo", source, "-o", "-", "--sign", papers.chain, papers.key)
    assert (piped.code, "--sign is for files" in piped.err) == (2, True)


def test_without_the_extra_one_sentence_names_it(papers: Papers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(ExtraMissing, match=r"autochrome\[c2pa\]"):
        open_credentials(papers.chain, papers.key)

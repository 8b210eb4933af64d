"""A bundle of policies: its files, the one digest that names them however they travelled, and the signature over that digest.

The signature is a DSSE envelope around an in-toto statement, as for decision records, in a hidden file of the bundle. Hidden files
are not part of the digest, so that signing changes nothing that was signed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from spendgate.documents import read_bytes
from spendgate.documents.machine import decode_any
from spendgate.errors import InputError, SettingsError
from spendgate.governance.digests import ALGORITHM, digest_bytes
from spendgate.governance.envelope import is_signed_by, opened, sealed
from spendgate.model.frozen import Frozen

SIGNATURE = ".spendgate-signature.json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:spendgate:policies:v1"
DIGEST = re.compile(rf"{ALGORITHM}:[0-9a-f]{{64}}")
MOST_BYTES = 32 * 1024 * 1024
_MOST_FILES = 5_000
_POLICIES = (".yaml", ".yml", ".rego")


class PolicyBundle(Frozen):
    """The files of a bundle by relative path, hidden ones left out, and its signature if it has one."""

    files: Mapping[str, bytes] = {}
    signature: bytes | None = None

    @property
    def digest(self) -> str:
        """The digest of the names and contents: the same as `digests.digest_of` says of the folder."""
        names = sorted(self.files, key=lambda name: PurePosixPath(name).parts)
        return digest_bytes("".join(f"{name}\0{digest_bytes(self.files[name])}\n" for name in names).encode())


class BundleBuilder:
    """Collects the files of a bundle from wherever they come. `origin` is for errors."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._files: dict[str, bytes] = {}
        self._signature: bytes | None = None
        self._bytes = 0

    def add(self, name: str, data: bytes) -> None:
        """Take a file in. Raises SettingsError for a name that leads out, a file that comes twice, and too many or too much."""
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts or not str(path).isprintable() or "\\" in name:
            raise SettingsError(
                f"holds a file with the name {name!r}", file=self._origin, hint="names lead nowhere else"
            )
        self._bytes += len(data)
        if self._bytes > MOST_BYTES or len(self._files) >= _MOST_FILES:
            limits = f"{_MOST_FILES:,} files and {MOST_BYTES // 1024 // 1024} MiB"
            raise SettingsError("is larger than bundles of policies are", file=self._origin, hint=f"at most {limits}")
        if str(path) == SIGNATURE:
            self._signature = data
        elif not any(part.startswith(".") for part in path.parts):
            if str(path) in self._files:
                raise SettingsError(f"holds {path} twice", file=self._origin)
            self._files[str(path)] = data

    def bundle(self) -> PolicyBundle:
        """What was collected. Raises SettingsError when no policy is in it."""
        if not any(name.endswith(_POLICIES) for name in self._files):
            raise SettingsError("holds no policy", file=self._origin, hint="a bundle has files in YAML or Rego")
        return PolicyBundle(self._files, self._signature)


def read_folder(folder: str) -> PolicyBundle:
    """The bundle that a folder holds. Raises SettingsError or InputError; links are not followed."""
    top = Path(folder)
    if not top.is_dir():
        raise SettingsError("is no folder of policies", file=folder)
    builder = BundleBuilder(folder)
    for path in sorted(top.rglob("*")):
        if path.is_symlink():
            raise SettingsError("is a link, which a bundle cannot carry", file=str(path))
        if path.is_file():
            builder.add(path.relative_to(top).as_posix(), read_bytes(path))
    return builder.bundle()


def signature_of(bundle: PolicyBundle, key: str) -> bytes:
    """The envelope over a bundle's digest, signed with the private key in a PEM file. Raises SettingsError."""
    statement = {
        "_type": STATEMENT,
        "subject": [{"name": "policies", "digest": {ALGORITHM: bundle.digest.removeprefix(f"{ALGORITHM}:")}}],
        "predicateType": PREDICATE,
        "predicate": {"files": len(bundle.files)},
    }
    payload = json.dumps(statement, separators=(",", ":")).encode()
    return (json.dumps(sealed(payload, key), indent=2) + "\n").encode()


def require_digest(bundle: PolicyBundle, expected: str, origin: str, said_by: str) -> None:
    """Raises SettingsError when a bundle is not the one that was pinned."""
    if bundle.digest != expected:
        raise SettingsError(
            f"holds other policies than {said_by} says: {bundle.digest} in place of {expected}",
            file=origin,
            hint="look at what changed; then name the new digest, or pull with --update",
        )


def require_signature(bundle: PolicyBundle, key: str, origin: str) -> None:
    """Raises SettingsError unless the owner of the public key signed exactly this bundle."""
    if bundle.signature is None:
        raise SettingsError(
            "is not signed", file=origin, hint="spendgate policy push FOLDER --sign-key key.pem signs it"
        )
    try:
        envelope = decode_any(bundle.signature, origin)
        statement = decode_any(opened(envelope, origin), origin)
    except (InputError, SettingsError):
        raise SettingsError("has a signature that cannot be read", file=origin) from None
    if not is_signed_by(envelope, key):
        raise SettingsError(f"is not signed by {key}", file=origin)
    if _subject(statement) != bundle.digest:
        raise SettingsError("is signed, but its policies are not those that were signed", file=origin)


def _subject(statement: Any) -> str | None:
    """The digest that a statement on policies speaks of. NOTE: a key signs decisions too, and one is no word on policies."""
    if not isinstance(statement, Mapping) or statement.get("predicateType") != PREDICATE:
        return None
    match statement.get("subject"):
        case [{"digest": {"sha256": str(digits)}}]:
            return f"{ALGORITHM}:{digits}"
    return None

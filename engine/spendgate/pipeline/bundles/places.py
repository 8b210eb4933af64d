"""Where bundles of policies come from and go to: a git repository at a ref, an OCI image layout in a folder, a tarball.

    git:REPOSITORY#REF[:FOLDER]     git:https://example.org/policies.git#v3:packs/gpu
    oci:FOLDER[:TAG]                oci:shared:v3 (OCI image layout 1.0.0; TAG is `latest` when none is said)
    FILE.tar.gz, .tgz, .tar

Each may end in `@sha256:...`. Nothing is ever unpacked to disk before it was checked.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import subprocess
import tarfile
import tempfile
import zlib
from pathlib import Path

from spendgate.documents import read_bytes
from spendgate.errors import SettingsError
from spendgate.governance.policy_bundle import DIGEST, MOST_BYTES, SIGNATURE, BundleBuilder, PolicyBundle
from spendgate.pipeline.bundles.oci_layout import read_layer, write_layer

TARBALLS = (".tar.gz", ".tgz", ".tar")
_HINT = "git:REPOSITORY#REF, oci:FOLDER:TAG or FILE.tar.gz"
_GIT = re.compile(r"git:(?P<repository>[^#]+)#(?P<ref>[^-#:][^#:]*)(?::(?P<folder>[^#:]+))?")
_SECONDS = 120


def split_pin(source: str) -> tuple[str, str | None]:
    """A source and the digest it ends in, if it does. Raises SettingsError for a digest that is none."""
    place, sign, digest = source.rpartition("@sha256:")
    if not sign:
        return source, None
    if not DIGEST.fullmatch(f"sha256:{digest}"):
        raise SettingsError(f"{source} names no digest", hint="@sha256: and 64 hexadecimal digits")
    return place, f"sha256:{digest}"


def fetch(source: str) -> PolicyBundle:
    """The bundle at a source, as it is there. Raises SettingsError or InputError."""
    if match := _GIT.fullmatch(source):
        return _unpacked(_git_archive(match["repository"], match["ref"], source), source, match["folder"] or "")
    if source.startswith("oci:"):
        return _unpacked(_inflated(read_layer(*_layout(source), source), source), source)
    if source.endswith(TARBALLS):
        return _unpacked(_inflated(read_bytes(source, limit_bytes=MOST_BYTES), source), source)
    raise SettingsError(f"{source} is no place for policies", hint=_HINT)


def store(bundle: PolicyBundle, target: str) -> None:
    """Put a bundle into an OCI layout or a tarball; the same bundle gives the same bytes. Raises SettingsError."""
    packed = _packed(bundle, target)
    try:
        if target.startswith("oci:"):
            write_layer(*_layout(target), gzip.compress(packed, mtime=0))
        elif target.endswith(TARBALLS):
            path = Path(target)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(packed if target.endswith(".tar") else gzip.compress(packed, mtime=0))
        elif target.startswith("git:"):
            hint = f"leave the target out to write {SIGNATURE}, then git commit, git tag, git push"
            raise SettingsError("policies go into git by git", file=target, hint=hint)
        else:
            raise SettingsError(f"{target} is no place for policies", hint="oci:FOLDER:TAG or FILE.tar.gz")
    except OSError as error:
        raise SettingsError(f"cannot be written: {error.strerror}", file=target) from None


def _layout(source: str) -> tuple[Path, str]:
    folder, _, tag = source.removeprefix("oci:").partition(":")
    if not folder:
        raise SettingsError(f"{source} is no place for policies", hint=_HINT)
    return Path(folder), tag or "latest"


def _packed(bundle: PolicyBundle, target: str) -> bytes:
    hidden = {SIGNATURE: bundle.signature} if bundle.signature is not None else {}
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in sorted({**bundle.files, **hidden}.items()):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def _inflated(data: bytes, origin: str) -> bytes:
    """The tar itself. NOTE: read up to a limit, since a few bytes can stand for any number."""
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            plain = stream.read(2 * MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise SettingsError("is damaged: it cannot be decompressed", file=origin) from None
    if len(plain) > 2 * MOST_BYTES:
        raise SettingsError("is larger than bundles of policies are", file=origin)
    return plain


def _unpacked(data: bytes, origin: str, folder: str = "") -> PolicyBundle:
    """The files in a tar, those below a folder of it when one is named."""
    builder = BundleBuilder(origin)
    prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
            for member in tar:
                name = member.name.removeprefix("./")
                if not name.startswith(prefix) or member.isdir():
                    continue
                stream = tar.extractfile(member) if member.isreg() else None
                if stream is None:
                    said = f"holds {member.name}, which is no plain file"
                    raise SettingsError(said, file=origin, hint="bundles carry no links and no devices")
                builder.add(name.removeprefix(prefix), stream.read())
    except (tarfile.TarError, EOFError, ValueError, UnicodeError):
        raise SettingsError("is damaged: it is no tar archive", file=origin) from None
    return builder.bundle()


def _git_archive(repository: str, ref: str, source: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="spendgate-pull-") as spare:
        where = repository if "://" in repository or not Path(repository).exists() else str(Path(repository).resolve())
        _git(source, spare, "init", "--quiet", "--bare")
        _git(source, spare, "fetch", "--quiet", "--depth", "1", "--end-of-options", where, ref)
        return _git(source, spare, "archive", "--format=tar", "FETCH_HEAD")


def _git(source: str, folder: str, *arguments: str) -> bytes:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_DIR": folder}
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False, timeout=_SECONDS, env=environment)
    except FileNotFoundError:
        raise SettingsError("needs git, which is not installed", file=source) from None
    except subprocess.TimeoutExpired:
        raise SettingsError(f"git took more than {_SECONDS} seconds", file=source) from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SettingsError(f"git says: {said[-1] if said else 'nothing'}", file=source, hint="is the ref there?")
    return done.stdout

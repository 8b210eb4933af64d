"""`spendgate policy pull, push`: share policies through git, an OCI image layout or a tarball, pinned and signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from spendgate.errors import SettingsError

if TYPE_CHECKING:
    from spendgate.governance.policy_bundle import PolicyBundle
    from spendgate.governance.policy_lock import Locked

_lock = click.option(
    "--lock", default="policies.lock", show_default=True, metavar="FILE", help="Digests of what is used."
)


@click.command()
@click.argument("source", required=False)
@click.option("--to", default="policies", show_default=True, metavar="FOLDER", help="Where the policies go.")
@click.option("--key", metavar="FILE", help="Public key (PEM) that must have signed them.")
@click.option("--update", is_flag=True, help="Take what is there now in place of what the lock says.")
@_lock
def pull(source: str | None, to: str, key: str | None, update: bool, lock: str) -> int:
    """Fetch policies: git:REPOSITORY#REF[:FOLDER], oci:FOLDER[:TAG] or FILE.tar.gz, each with @sha256:... or not.

    Without SOURCE everything in the lock is fetched. The digest goes into the lock; from then on anything else is refused.

    Exit codes: 0 the policies are there, 2 they cannot be read, or digest or signature do not fit.
    """
    from spendgate.governance.policy_lock import Locked, read_lock, write_lock
    from spendgate.pipeline.bundles.places import split_pin

    known = {each.to: each for each in read_lock(lock)}
    wanted: list[tuple[Locked, str | None]]
    if source is None:
        if not known:
            raise SettingsError("holds no bundle", file=lock, hint="spendgate policy pull SOURCE --to FOLDER")
        wanted = [(each, None) for each in known.values()]
    else:
        place, pin = split_pin(source)
        before = known.get(to)
        same = before is not None and before.source == place
        wanted = [
            (Locked(place, to, before.digest if before and same else "", key or (before.key if before else None)), pin)
        ]
    for each, pin in wanted:
        done = _pulled(each, pin, known.get(each.to), key or each.key, update, lock)
        known[each.to] = done
        write_lock(lock, list(known.values()))
    return 0


def _pulled(wanted: Locked, pin: str | None, before: Locked | None, key: str | None, update: bool, lock: str) -> Locked:
    from spendgate.governance.policy_bundle import require_digest, require_signature
    from spendgate.model.frozen import replace
    from spendgate.pipeline.bundles.places import fetch

    bundle = fetch(wanted.source)
    if pin:
        require_digest(bundle, pin, wanted.source, "the digest in its name")
    elif wanted.digest and not update:
        require_digest(bundle, wanted.digest, wanted.source, lock)
    if key:
        require_signature(bundle, key, wanted.source)
    _place(bundle, Path(wanted.to), before.digest if before else None)
    said = f"signed by the owner of {key}" if key else "signature not looked at" if bundle.signature else "not signed"
    first = "" if pin or wanted.digest else f"; no digest was named, so this one is now in {lock}"
    click.echo(f"{wanted.to}: {len(bundle.files)} files of {wanted.source}, {bundle.digest}, {said}{first}")
    return replace(wanted, digest=bundle.digest, key=key)


def _place(bundle: PolicyBundle, folder: Path, before: str | None) -> None:
    """Write the files in place of those that were pulled before. Raises SettingsError where somebody has changed something."""
    import shutil
    import tempfile

    from spendgate.governance.digests import digest_of
    from spendgate.governance.policy_bundle import SIGNATURE

    try:
        if folder.exists() and any(folder.iterdir()):
            hidden = [path for path in folder.rglob(".*") if path.name != SIGNATURE]
            if hidden or digest_of(folder) not in (before, bundle.digest):
                hint = "move them away, or pull --to another folder"
                raise SettingsError("holds files that no pull has put there", file=str(folder), hint=hint)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".spendgate-", dir=folder.parent) as spare:
            new = Path(spare) / "new"
            signature = {SIGNATURE: bundle.signature} if bundle.signature is not None else {}
            for name, data in {**bundle.files, **signature}.items():
                path = new / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            if folder.exists():
                shutil.move(folder, Path(spare) / "old")
            new.rename(folder)
    except OSError as error:
        raise SettingsError(f"cannot be written: {error.strerror}", file=str(folder)) from None


@click.command()
@click.argument("folder")
@click.argument("target", required=False)
@click.option("--sign-key", metavar="FILE", help="Private key (PEM) to sign with.")
def push(folder: str, target: str | None, sign_key: str | None) -> int:
    """Put the policies of FOLDER into oci:FOLDER:TAG or FILE.tar.gz, and print the digest to pin.

    Without TARGET the signature is written into FOLDER, to be committed to git with the policies. Policies that do not load
    are refused.

    Exit codes: 0 done, 2 something cannot be read or written.
    """
    from spendgate.governance.policy_bundle import SIGNATURE, read_folder, signature_of
    from spendgate.model.frozen import replace
    from spendgate.pipeline.bundles.places import store
    from spendgate.policies.catalog import load

    bundle = read_folder(folder)
    load((folder,), (), readers={".rego": lambda *_: ()})
    # NOTE: a signature that lies in the folder may be of what was there before, so only a new one goes along.
    bundle = replace(bundle, signature=signature_of(bundle, sign_key) if sign_key else None)
    if target is not None:
        store(bundle, target)
    elif bundle.signature is not None:
        try:
            (Path(folder) / SIGNATURE).write_bytes(bundle.signature)
        except OSError as error:
            raise SettingsError(f"cannot be written: {error.strerror}", file=folder) from None
    else:
        raise SettingsError(
            "push needs a target, or a key to sign with", hint="oci:FOLDER:TAG, FILE.tar.gz, --sign-key"
        )
    signed = "signed" if bundle.signature else "not signed"
    click.echo(f"{target or Path(folder) / SIGNATURE}: {len(bundle.files)} files, {signed}")
    click.echo(f"pin it as {target or 'git:REPOSITORY#REF'}@{bundle.digest}")
    return 0

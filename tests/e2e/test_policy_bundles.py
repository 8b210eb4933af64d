"""Bundles of policies: the same digest by every way, refused when they are not what was pinned or signed."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from spendgate.governance.digests import digest_of
from spendgate.governance.policy_bundle import SIGNATURE, read_folder
from tests.e2e.stories import Outcome, run
from tests.e2e.test_governance import git
from tests.e2e.test_policy_bench import OWN
from tests.unit.governance.test_envelope import key_pair


def bench(folder: Path, *arguments: str) -> Outcome:
    done = run("policy", *arguments, cwd=folder)
    assert "Traceback" not in done.errors
    return done


def said(done: Outcome) -> str:
    return " ".join((done.output + done.errors).split())


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder with policies in two folders, a key pair and another one."""
    (tmp_path / "own" / "a").mkdir(parents=True)
    (tmp_path / "own" / "a" / "OWN-001-small.yaml").write_text(OWN, encoding="utf-8")
    (tmp_path / "own" / "a-b.yaml").write_text(OWN.replace("OWN-001", "OWN-002"), encoding="utf-8")
    key_pair(tmp_path, "ed25519")
    (tmp_path / "other").mkdir()
    key_pair(tmp_path / "other", "ed25519")
    return tmp_path


def into_git(shelf: Path) -> str:
    repository = shelf / "repository"
    repository.mkdir()
    assert bench(shelf, "push", "own", "--sign-key", "ed25519.pem").exit_code == 0
    (shelf / "own").rename(repository / "packs")
    git(repository, "init", "-q", "-b", "main")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "first")
    git(repository, "tag", "v1")
    return "git:repository#v1:packs"


def pushed(shelf: Path, way: str) -> str:
    if way == "git":
        return into_git(shelf)
    assert bench(shelf, "push", "own", way, "--sign-key", "ed25519.pem").exit_code == 0
    return way


WAYS = ["git", "oci:shelf:v1", "out/policies.tar.gz", "policies.tar"]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_pulled_is_what_was_pushed(way: str, shelf: Path) -> None:
    digest, files = digest_of(shelf / "own"), read_folder(str(shelf / "own")).files
    source = pushed(shelf, way)
    done = bench(shelf, "pull", f"{source}@{digest}", "--to", "got", "--key", "ed25519.pub")
    assert done.exit_code == 0, done.errors
    assert "2 files" in done.output
    assert "signed by the owner of ed25519.pub" in done.output
    assert read_folder(str(shelf / "got")).files == files
    assert digest in (shelf / "policies.lock").read_text(encoding="utf-8")
    tested = bench(shelf, "test", "got")
    assert (tested.exit_code, "6 tests of 2 policies: 0 failed" in tested.output) == (0, True)


@pytest.mark.parametrize("way", WAYS)
def test_another_digest_is_refused_and_nothing_is_written(way: str, shelf: Path) -> None:
    done = bench(shelf, "pull", f"{pushed(shelf, way)}@sha256:{'0' * 64}", "--to", "got")
    assert done.exit_code == 2
    assert "holds other policies than the digest in its name says" in said(done)
    assert not (shelf / "got").exists()
    assert not (shelf / "policies.lock").exists()


def test_the_first_pull_says_that_nothing_was_pinned_and_the_next_ones_are(shelf: Path) -> None:
    bench(shelf, "push", "own", "p.tar.gz")
    first = bench(shelf, "pull", "p.tar.gz", "--to", "got")
    assert "no digest was named, so this one is now in policies.lock" in first.output
    lock = (shelf / "policies.lock").read_text(encoding="utf-8")
    (shelf / "own" / "a-b.yaml").write_text(OWN.replace("OWN-001", "OWN-003"), encoding="utf-8")
    bench(shelf, "push", "own", "p.tar.gz")
    for arguments in (["pull", "p.tar.gz", "--to", "got"], ["pull"]):
        refused = bench(shelf, *arguments)
        assert refused.exit_code == 2
        assert "holds other policies than policies.lock says" in said(refused)
    assert (shelf / "policies.lock").read_text(encoding="utf-8") == lock
    assert "OWN-002" in (shelf / "got" / "a-b.yaml").read_text(encoding="utf-8")
    assert bench(shelf, "pull", "--update").exit_code == 0
    assert "OWN-003" in (shelf / "got" / "a-b.yaml").read_text(encoding="utf-8")
    assert bench(shelf, "pull").exit_code == 0


def test_a_key_in_the_lock_is_asked_for_again(shelf: Path) -> None:
    pushed(shelf, "p.tar.gz")
    assert bench(shelf, "pull", "p.tar.gz", "--to", "got", "--key", "ed25519.pub").exit_code == 0
    bench(shelf, "push", "own", "p.tar.gz")
    for arguments in (["pull"], ["pull", "p.tar.gz", "--to", "got", "--update"]):
        done = bench(shelf, *arguments)
        assert (done.exit_code, "is not signed" in said(done)) == (2, True)


def test_a_signature_of_somebody_else_is_refused(shelf: Path) -> None:
    done = bench(shelf, "pull", pushed(shelf, "p.tar.gz"), "--to", "got", "--key", "other/ed25519.pub")
    assert done.exit_code == 2
    assert "is not signed by other/ed25519.pub" in said(done)


def test_a_signature_of_other_policies_is_refused(shelf: Path) -> None:
    bench(shelf, "push", "own", "--sign-key", "ed25519.pem")
    signature = (shelf / "own" / SIGNATURE).read_bytes()
    archive(shelf / "p.tar", {"x.yaml": b"id: OWN-009", SIGNATURE: signature})
    done = bench(shelf, "pull", "p.tar", "--to", "got", "--key", "ed25519.pub")
    assert done.exit_code == 2
    assert "its policies are not those that were signed" in said(done)


def test_a_signed_decision_is_no_signature_of_policies(shelf: Path) -> None:
    from spendgate.governance.envelope import sealed

    digits = read_folder(str(shelf / "own")).digest.removeprefix("sha256:")
    statement = {"predicateType": "urn:spendgate:decision:v1", "subject": [{"digest": {"sha256": digits}}]}
    envelope = sealed(json.dumps(statement).encode(), str(shelf / "ed25519.pem"))
    files = dict(read_folder(str(shelf / "own")).files)
    archive(shelf / "p.tar", {**files, SIGNATURE: json.dumps(envelope).encode()})
    done = bench(shelf, "pull", "p.tar", "--to", "got", "--key", "ed25519.pub")
    assert (done.exit_code, "not those that were signed" in said(done)) == (2, True)


def archive(path: Path, files: dict[str, bytes], link: str | None = None) -> None:
    with tarfile.open(path, "w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        if link:
            member = tarfile.TarInfo(link)
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(member)


BROKEN: dict[str, tuple[bytes, str]] = {
    "no archive": (b"hello", "it is no tar archive"),
    "half a gzip": (b"\x1f\x8b\x08\x00", "it cannot be decompressed"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_archive_is_an_error(name: str, tmp_path: Path) -> None:
    data, words = BROKEN[name]
    (tmp_path / "p.tar.gz").write_bytes(data)
    done = bench(tmp_path, "pull", "p.tar.gz")
    assert (done.exit_code, words in said(done)) == (2, True), said(done)


@pytest.mark.parametrize("name", ["../x.yaml", "/x.yaml", "a/../../x.yaml"])
def test_a_file_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    archive(tmp_path / "p.tar", {name: b"id: X"})
    done = bench(tmp_path, "pull", "p.tar")
    assert (done.exit_code, "holds a file with the name" in said(done)) == (2, True), said(done)


def test_links_and_empty_bundles_are_refused(tmp_path: Path) -> None:
    archive(tmp_path / "link.tar", {"a.yaml": b"id: X"}, link="b.yaml")
    archive(tmp_path / "none.tar", {"README.md": b"hello"})
    assert "which is no plain file" in said(bench(tmp_path, "pull", "link.tar"))
    assert "holds no policy" in said(bench(tmp_path, "pull", "none.tar"))


def test_a_blob_that_was_exchanged_is_refused(shelf: Path) -> None:
    pushed(shelf, "oci:shelf:v1")
    for blob in (shelf / "shelf" / "blobs" / "sha256").iterdir():
        blob.write_bytes(blob.read_bytes() + b" ")
    done = bench(shelf, "pull", "oci:shelf:v1", "--to", "got")
    assert (done.exit_code, "it is damaged, or was exchanged" in said(done)) == (2, True)


def test_a_layout_keeps_its_other_tags_and_says_which_there_are(shelf: Path) -> None:
    pushed(shelf, "oci:shelf:v1")
    pushed(shelf, "oci:shelf:v2")
    assert bench(shelf, "pull", "oci:shelf:v1", "--to", "got").exit_code == 0
    assert "there are: v1, v2" in said(bench(shelf, "pull", "oci:shelf:v3", "--to", "got"))


def test_what_somebody_wrote_is_not_overwritten(shelf: Path) -> None:
    pushed(shelf, "p.tar")
    (shelf / "got").mkdir()
    (shelf / "got" / "mine.yaml").write_text("id: X", encoding="utf-8")
    done = bench(shelf, "pull", "p.tar", "--to", "got")
    assert (done.exit_code, "holds files that no pull has put there" in said(done)) == (2, True)
    assert [path.name for path in (shelf / "got").iterdir()] == ["mine.yaml"]


NOWHERE = {
    "no kind of place": (["pull", "somewhere"], "is no place for policies"),
    "a digest that is none": (["pull", "p.tar@sha256:12"], "names no digest"),
    "a ref that is not there": (["pull", "git:.#nothing"], "git says:"),
    "a ref that is an option": (["pull", "git:.#--upload-pack=x"], "is no place for policies"),
    "no layout": (["pull", "oci:own"], "is no OCI image layout"),
    "an empty lock": (["pull"], "holds no bundle"),
    "into git": (["push", "own", "git:.#main"], "policies go into git by git"),
    "nowhere": (["push", "own"], "push needs a target"),
}


@pytest.mark.parametrize("name", NOWHERE)
def test_a_place_that_is_none_is_an_error_that_says_what_to_do(name: str, shelf: Path) -> None:
    arguments, words = NOWHERE[name]
    done = bench(shelf, *arguments)
    assert (done.exit_code, words in said(done)) == (2, True), said(done)


def test_policies_that_do_not_load_are_not_pushed(shelf: Path) -> None:
    (shelf / "own" / "bad.yaml").write_text("id: OWN-003\n", encoding="utf-8")
    assert bench(shelf, "push", "own", "p.tar").exit_code == 2
    assert not (shelf / "p.tar").exists()

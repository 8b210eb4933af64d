"""`.checkov.baseline`: findings that were there, by file, resource and check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spendgate.documents import Document
from spendgate.errors import InputError
from spendgate.migration import SAME_RULES, Imported, WaiverDraft, maps, several


class CheckovBaseline:
    """A baseline becomes waivers: a finding of another tool has no fingerprint here."""

    name = "checkov-baseline"
    what = ".checkov.baseline: waivers for what a policy here asks as well"

    def read(self, documents: Sequence[Document], names: Mapping[str, str]) -> Imported:
        """One waiver for each resource and policy. Raises InputError for another file."""
        found = Imported()
        known = {**SAME_RULES, **names}
        for document in documents:
            data = document.data
            if not isinstance(data, Mapping) or not isinstance(data.get("failed_checks"), list):
                raise InputError("is no baseline of checkov", file=document.origin)
            lacking: dict[str, int] = {}
            for entry in maps(data["failed_checks"]):
                root = _folder(str(entry.get("file", "")))
                for finding in maps(entry.get("findings")):
                    for check in map(str, several(finding.get("check_ids"))):
                        if check in known:
                            _once(
                                found,
                                WaiverDraft(
                                    known[check], str(finding.get("resource", "")), root, f"was in {document.origin}"
                                ),
                            )
                        else:
                            lacking[check] = lacking.get(check, 0) + 1
            found.left_out += [
                f"{document.origin}: {check} ({count} findings) asks what no policy here does"
                for check, count in sorted(lacking.items())
            ]
        return found


def _folder(file: str) -> str | None:
    """The deployment of a file: the folder that it is in, and what is below."""
    folder = file.strip("/").rpartition("/")[0]
    return f"{folder}/*" if folder else None


def _once(found: Imported, waiver: WaiverDraft) -> None:
    if waiver not in found.waivers:
        found.waivers.append(waiver)


CHECKOV_BASELINE = CheckovBaseline()

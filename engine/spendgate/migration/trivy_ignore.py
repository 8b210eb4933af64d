"""`.trivyignore.yaml`: findings that are ignored, by id and path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spendgate.documents import Document
from spendgate.errors import InputError
from spendgate.migration import Imported, WaiverDraft, maps

_SECTIONS = ("misconfigurations", "vulnerabilities", "secrets", "licenses")


class TrivyIgnore:
    """Ignored misconfigurations become waivers where the user says which policy asks the same (`--map`)."""

    name = "trivy-ignore"
    what = ".trivyignore.yaml: waivers for rules that --map names"

    def read(self, documents: Sequence[Document], names: Mapping[str, str]) -> Imported:
        """One waiver for each path. NOTE: a path says a file, not a resource, so the waiver is for all that is below it."""
        found = Imported()
        for document in documents:
            data = document.data
            if not isinstance(data, Mapping) or not set(data) & set(_SECTIONS):
                raise InputError("is no ignore file of trivy", file=document.origin)
            for section in _SECTIONS:
                for number, entry in enumerate(maps(data.get(section))):
                    place = f"{document.origin}:{document.line_of((section, number))}"
                    self._entry(found, section, entry, place, names)
        return found

    def _entry(
        self, found: Imported, section: str, entry: Mapping[str, object], place: str, names: Mapping[str, str]
    ) -> None:
        rule = str(entry.get("id", ""))
        if section != "misconfigurations":
            found.left_out.append(f"{place}: {rule} is about {section}, which are not judged here")
            return
        if rule not in names:
            found.left_out.append(
                f"{place}: {rule} asks what no policy here is known to: --map {rule}=POLICY says which"
            )
            return
        paths = entry.get("paths")
        expires = entry.get("expired_at")
        for path in paths if isinstance(paths, list) and paths else [None]:
            folder = str(path).strip("/").rpartition("/")[0] if path else ""
            found.waivers.append(
                WaiverDraft(
                    names[rule],
                    "*",
                    f"{folder}/*" if folder else None,
                    str(entry.get("statement") or f"was ignored in {place}"),
                    str(expires)[:10] if expires else None,
                )
            )


TRIVY_IGNORE = TrivyIgnore()

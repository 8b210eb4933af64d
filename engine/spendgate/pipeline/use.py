"""Lays measured use beside a run, where a source of it is named."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from spendgate.model.frozen import replace
from spendgate.pipeline.cases import Run
from spendgate.ports import Catalog
from spendgate.settings import Settings

TOKEN = "SPENDGATE_PROMETHEUS_TOKEN"


def with_use(
    run: Run, settings: Settings, now: datetime, catalog: Catalog | None = None, *, streamed: bool = False
) -> Run:
    """The run with what was measured of its resources; of a stream they are not known beforehand, and all that there is is asked for.

    Raises SettingsError and InputError for a source that is wrong.
    """
    source = settings.metrics
    if source is None:
        return run
    from spendgate.inputs.utilisation import measure

    if "://" not in source and settings.file is not None and not Path(source).exists():
        # NOTE: a path in the configuration is relative to it; an address is not one, so that settings leave this key alone.
        beside = Path(settings.file).parent / source
        source = str(beside) if beside.exists() else source
    about = None if streamed else [item.change.resource for item in run.assessed]
    use = measure(source, now, os.environ.get(TOKEN), about)
    use.catalog = catalog
    return replace(run, measured=use, problems=(*run.problems, *use.problems))

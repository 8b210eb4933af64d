"""Lays measured use beside a run, where sources of it are named."""

from __future__ import annotations

import os
from datetime import datetime

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
    if not settings.metrics:
        return run
    from spendgate.inputs.utilisation import measure_all

    about = None if streamed else [item.change.resource for item in run.assessed]
    use = measure_all(settings.metrics, now, os.environ.get(TOKEN), about)
    use.catalog = catalog
    return replace(run, measured=use, problems=(*run.problems, *use.problems))

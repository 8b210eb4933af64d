"""How the tests of CloudWatch sign in."""

from __future__ import annotations

import pytest
from tests.unit.inputs.utilisation.cloudwatch_server import sign_in


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who is signed in to an endpoint where nothing listens."""
    sign_in(monkeypatch, "http://127.0.0.1:9")

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


@pytest.fixture(scope="session")
def project_root() -> Path:
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the project with the articles' texts; tests that need it are skipped without it."""
    folder = Path(__file__).parents[2] / "shared"
    if not (folder / "articles").is_dir():
        pytest.skip("the articles' texts are not on this machine (../shared/articles)")
    return folder

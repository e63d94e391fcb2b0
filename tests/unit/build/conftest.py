from __future__ import annotations

import pytest
from tests.support.mapped import Corpus, made


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return made(tmp_path_factory.mktemp("corpus") / "project", tmp_path_factory.mktemp("local"))

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.conformance.manifests import ABSENT, all_cases
from tests.conformance.served import Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if not all_cases():
        pytest.skip(ABSENT)
    with serving(tmp_path_factory.mktemp("conformance")) as found:
        yield found

from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder.assist.lexicon import Lexicon, load_lexicon
from kg_builder.assist.suggest import Suggester


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return load_lexicon(Path(__file__).parents[3])


@pytest.fixture(scope="session")
def suggester(lexicon: Lexicon) -> Suggester:
    return Suggester(lexicon)

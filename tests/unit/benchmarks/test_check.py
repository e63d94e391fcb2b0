from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from benchmarks import check

if TYPE_CHECKING:
    import pytest


def test_it_tells_each_time_and_its_ratio(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["check", "--json", "--runs", "1", "--sizes", "2"])
    check.main()
    told = json.loads(capsys.readouterr().out)
    assert told["check_of_2_to_nothing"] > told["version_to_nothing"] > 1
    monkeypatch.setattr(sys, "argv", ["check", "--runs", "1", "--sizes", "2"])
    check.main()
    assert "check of one article of 2" in capsys.readouterr().out

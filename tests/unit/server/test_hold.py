"""A release that is being served cannot be pruned away under the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder.release.lock import unless_held
from kg_server.describe.current import Hold
from kg_server.http.problems import ReleaseError


def held(folder: Path) -> bool:
    with unless_held(folder) as free:
        return not free


def test_a_release_is_held_for_as_long_as_it_is_served(tmp_path: Path) -> None:
    first, second = Hold(tmp_path), Hold(tmp_path)
    assert held(tmp_path)
    del first
    assert held(tmp_path)
    del second
    assert not held(tmp_path)


def test_a_folder_that_went_away_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="no release"):
        Hold(tmp_path / "gone")

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


# Tests that attack, kill, fill disks or start other engines for a minute or so each. `make test` leaves them out, so
# that it is done in less than five minutes; `make longtest` runs them, and so does CI.
LONG = (
    "browser/test_origin.py",
    "browser/test_xss.py",
    "contract/backends/",
    "contract/test_connections.py",
    "contract/test_deployment.py",
    "contract/test_fairness.py",
    "contract/test_http_limits.py",
    "contract/test_kill_real_build.py",
    "contract/test_openapi.py",
    "contract/test_processes.py",
    "contract/test_query_processes.py",
    "contract/test_survives.py",
    "hostile/",
    "unit/build/test_cluster.py",
)
LONG_TESTS = (
    "test_one_edit_and_back_by_each_rule",
    "test_one_edit_and_back_by_each_shape",
    "test_a_build_killed_at_any_moment_leaves_a_whole_release",
    "test_every_question_has_one_outcome_and_its_own",
    "test_a_long_answer_comes_whole_and_leaves_nothing",
    "test_both_engines_agree_on_the_real_graph_broken",
    "test_a_build_killed_around_each_rename_leaves_a_whole_release",
    "test_the_server_stays_small_while_long_answers_pass",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes long."""
    here = Path(__file__).parent
    for item in items:
        if not item.path.is_relative_to(here):
            continue
        place = item.path.relative_to(here).as_posix()
        # What axe-core says of a page differs little on a phone; that a page fits there is tried on each of them.
        again = place.startswith("browser/test_accessibility.py") and item.name.endswith("-phone]")
        if again or place.startswith(LONG) or item.name.partition("[")[0] in LONG_TESTS:
            item.add_marker(pytest.mark.long)


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

"""The report on a run, as a page."""

# ruff: noqa: E501 - a paragraph of the page is a line

from __future__ import annotations

import os
import platform
import statistics
from collections import Counter

from tests.hostile.attack import CAP_MB, IDLE_SECONDS, SETTINGS, Report
from tests.hostile.cases import OUTCOMES, outcome

MOST_RATIO = 3.0


def p95(seconds: list[float]) -> float:
    """The 95th percentile, in milliseconds."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1] * 1000


def median(seconds: list[float]) -> float:
    """The median, in milliseconds."""
    return statistics.median(seconds) * 1000


def together(seconds: dict[str, list[float]]) -> list[float]:
    return [each for some in seconds.values() for each in some]


def page(report: Report) -> str:
    """The report in Markdown."""
    idle, attacked = p95(together(report.idle)), p95(together(report.attacked))
    asked = len(together(report.attacked))
    return f"""# The hostile set

Written by `python -m tests.hostile --write`; do not edit it.

{len(report.results)} hostile requests were sent within {report.seconds:.0f} s, while another address flooded the endpoint with {sum(report.flood.values())} endless queries ({_counts(report.flood)}), and while polite clients worked on two more.
They stand in [`tests/hostile`](../tests/hostile); each names the statuses that may come of it.
{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, uvicorn.

## Polite clients

Two clients, each with an address and a connection of its own, 20 ms between a reply and the next request, no request asked twice.
Idle is {IDLE_SECONDS:g} s before and {IDLE_SECONDS:g} s after the attack, in the same run.

| | requests | median idle | median under attack | p95 idle | p95 under attack | ratio of p95 |
|---|---|---|---|---|---|---|
{chr(10).join(_polite_row(kind, report.idle[kind], report.attacked[kind]) for kind in sorted(report.idle))}
| **all** | {asked} | {median(together(report.idle)):.1f} ms | {median(together(report.attacked)):.1f} ms | {idle:.1f} ms | {attacked:.1f} ms | **{attacked / idle:.2f}** (at most {MOST_RATIO:g}) |

Failed: {len(report.wrong)}.

## What came of the hostile ones

*Refused*: 4xx. *Limited*: 408, 422, 429, 503, 504, with the limit in the problem. *Closed*: no reply, the connection was ended. *Failed*: another 5xx.

| family | requests | {" | ".join(OUTCOMES)} |
|---|---|{"---|" * len(OUTCOMES)}
{chr(10).join(_family_rows(report))}

Unlike what is expected: {sum(bool(each.wrong) for each in report.results)}.

## Memory and egress

- Server and query processes together had {report.memory_mb:.0f} MiB at most (PSS, four looks a second); the cap is {CAP_MB} MiB.
- {_egress(report)}
- Query processes: egress {report.egress}. They ended so often, each replaced: {_ended(report)}.

The server ran with {", ".join(f"`{name}` {value}" for name, value in SETTINGS.items())}.
"""


def _polite_row(kind: str, idle: list[float], attacked: list[float]) -> str:
    before, during = p95(idle), p95(attacked)
    medians = f"{median(idle):.1f} ms | {median(attacked):.1f} ms"
    return f"| {kind} | {len(attacked)} | {medians} | {before:.1f} ms | {during:.1f} ms | {during / before:.2f} |"


def _family_rows(report: Report) -> list[str]:
    families = list(dict.fromkeys(each.case.family for each in report.results))
    rows = []
    total: Counter[str] = Counter()
    for family in families:
        some = [each for each in report.results if each.case.family == family]
        # The last reply is the one to the hostile part.
        counts = Counter(outcome(each.statuses[-1]) if each.statuses else "failed" for each in some)
        total += counts
        rows.append(f"| {family} | {len(some)} | " + " | ".join(str(counts[each] or "") for each in OUTCOMES) + " |")
    sums = " | ".join(f"**{total[each]}**" for each in OUTCOMES)
    return [*rows, f"| **all** | **{len(report.results)}** | {sums} |"]


def _egress(report: Report) -> str:
    seen = "none of their sockets led elsewhere (`/proc/net`)"
    trap = f"{report.reached} connections reached the listener that the requests named"
    if report.left is None:
        return f"No network of its own could be had here. {len(report.abroad)} sockets led elsewhere; {trap}."
    return (
        f"Server and clients ran in a network namespace with the loopback interface alone: {report.left} packets tried "
        f"to leave it; {seen if not report.abroad else report.abroad}; {trap}."
    )


def _counts(statuses: Counter[int]) -> str:
    return ", ".join(f"{count} times {status or 'closed'}" for status, count in statuses.most_common())


def _ended(report: Report) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(report.ended.items())) or "never"

"""Run the hostile set: `python -m tests.hostile [--write | --json] [--only FAMILY]`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.hostile.attack import CAP_MB, all_cases, run
from tests.hostile.report import p95, page, together


def main() -> int:
    """Print the report, and what is not as it should be; return 1 if something is not."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/hostile.md")
    parser.add_argument("--json", action="store_true", help="print figures for a program")
    parser.add_argument("--only", help="families whose name holds this")
    options = parser.parse_args()
    report = run([each for each in all_cases() if (options.only or "").lower() in each.family.lower()])
    wrong = [f"{each.case.title}: {each.wrong}" for each in report.results if each.wrong]
    if options.json:
        figures = {
            "wrong": wrong, "polite": len(together(report.attacked)),
            "failed": report.wrong,
            "idle_ms": p95(together(report.idle)), "attacked_ms": p95(together(report.attacked)),
            "memory_mb": report.memory_mb, "cap_mb": CAP_MB, "alone": report.alone, "left": report.left,
            "abroad": report.abroad, "reached": report.reached, "egress": report.egress, "log": report.log,
            "seconds": report.seconds,
        }  # fmt: skip
        print(json.dumps(figures))
        return 0
    text = page(report)
    print(text)
    for line in (*wrong, *report.wrong[:20], *report.log.splitlines()[:40]):
        print(line, file=sys.stderr)
    if options.write:
        (Path(__file__).parents[2] / "docs" / "hostile.md").write_text(text, "utf-8")
    return 1 if wrong or report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())

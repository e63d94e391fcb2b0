"""The chart of cost against the number of articles: two panels of lines on logarithmic axes, as one SVG file.

It is drawn here, for it is small, must read in light and in dark, and must be the same bytes each time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

WIDTH, HEIGHT = 660, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 172, 44, 46
_STYLE = """
svg{font:15px system-ui,sans-serif}
text{fill:#24292f}.quiet{fill:#57606a;font-size:14px}.grid{stroke:#d0d7de;stroke-width:1}
.line{fill:none;stroke-width:2.5}.beyond{fill:none;stroke-width:2;stroke-dasharray:3 6}
.a{stroke:#0969da}.b{stroke:#57606a}.c{stroke:#bc4c00}.fa{fill:#0969da}.fb{fill:#57606a}.fc{fill:#bc4c00}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}.quiet{fill:#9198a1}.grid{stroke:#3d444d}
.a{stroke:#4493f8}.b{stroke:#9198a1}.c{stroke:#f0883e}.fa{fill:#4493f8}.fb{fill:#9198a1}.fc{fill:#f0883e}}
"""
# Colours and marks differ, and each line has its name beside it: none is told by its colour alone.
_KINDS = "abc"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the chart: its name, a second row of it, and its points, both values above zero."""

    name: str
    more: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines that share an axis; each has a point."""

    title: str
    lines: Sequence[Line]


def cost_chart(benchmarks: Mapping[str, Any]) -> str:
    """Return the chart as SVG.

    Args:
        benchmarks: what `build` and `incremental` found, by their names.
    """
    builds = benchmarks["build"]["sizes"][1:]
    edits = benchmarks["incremental"]["sizes"]

    def of(name: str, scale: float = 1) -> list[tuple[float, float]]:
        return [(each["articles"], each[name] / scale) for each in builds]

    changed = [(each["articles"], each["edits"]["change"]["served"]) for each in edits]
    seconds = (
        Line("full build", "until it is served", of("served")),
        Line("bulk_load alone", "of the same quads", of("load")),
        Line("one article changed", "until it is served", changed),
    )
    memory = (
        Line("full build", "at its peak", of("memory", 2**20)),
        Line("bulk_load alone", "at its peak", of("load_memory", 2**20)),
    )
    return draw((Panel("Seconds", seconds), Panel("Memory in MiB", memory)))


def draw(panels: Sequence[Panel]) -> str:
    """Return panels below one another, with one axis of articles each."""
    height = HEIGHT * len(panels)
    alt = "; ".join(f"{panel.title}: {_told(panel)}" for panel in panels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t">',
        f'<title id="t">{escape(alt)}</title><style>{_STYLE}</style>',
        *(part for number, panel in enumerate(panels) for part in _panel(panel, HEIGHT * number)),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _told(panel: Panel) -> str:
    ends = ((line.name, *line.points[-1]) for line in panel.lines)
    return ", ".join(f"{name} {_short(y)} at {x:,.0f} articles" for name, x, y in ends)


def _panel(panel: Panel, top: int) -> Iterator[str]:
    ends_at = {line.points[-1][0] for line in panel.lines}
    # To where the longest line is measured; ten times as far where all are measured as far.
    far = max(ends_at) * (10 if len(ends_at) == 1 else 1)
    every = [point for line in panel.lines for point in _with_beyond(line.points, far)]
    low_x, high_x = _decades([x for x, _ in every])
    low_y, high_y = _decades([y for _, y in every])
    across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + across * (math.log10(x) - low_x) / (high_x - low_x),
            top + TOP + down * (high_y - math.log10(y)) / (high_y - low_y),
        )

    yield f'<text x="{LEFT}" y="{top + 24}" font-weight="600">{escape(panel.title)}</text>'
    for power in range(low_y, high_y + 1):
        _, y = place(10**low_x, 10**power)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{LEFT + across}"/>'
        yield f'<text class="quiet" x="{LEFT - 8}" y="{y + 5:.1f}" text-anchor="end">{_short(10**power)}</text>'
    for power in range(low_x, high_x + 1):
        x, bottom = place(10**power, 10**low_y)
        yield f'<text class="quiet" x="{x:.1f}" y="{bottom + 20:.1f}" text-anchor="middle">{10**power:,.0f}</text>'
    yield f'<text class="quiet" x="{LEFT + across}" y="{top + HEIGHT - 6}" text-anchor="end">articles</text>'
    yield f'<text class="quiet" x="{LEFT}" y="{top + HEIGHT - 6}">dashed: extrapolated</text>'
    ends: list[tuple[float, str, Line]] = []
    for kind, line in zip(_KINDS, panel.lines, strict=False):
        points = [place(*point) for point in line.points]
        beyond = [place(*point) for point in _with_beyond(line.points, far)]
        yield f'<path class="beyond {kind}" d="{_path(beyond)}"/><path class="line {kind}" d="{_path(points)}"/>'
        yield from (_mark(kind, *point) for point in points)
        ends.append((beyond[-1][1], kind, line))
    yield from _names(ends)


def _names(ends: Sequence[tuple[float, str, Line]]) -> Iterator[str]:
    """Write each line's name where it ends, or as near as the names above it leave room."""
    room = 0.0
    for end, kind, line in sorted(ends, key=lambda each: each[0]):
        y = max(end, room)
        room = y + 38
        x = WIDTH - RIGHT + 12
        yield f'<text class="f{kind}" x="{x}" y="{y:.1f}">{escape(line.name)}</text>'
        yield f'<text class="quiet" x="{x}" y="{y + 17:.1f}">{escape(line.more)}</text>'


def _with_beyond(points: Sequence[tuple[float, float]], far: float) -> Sequence[tuple[float, float]]:
    """Return points and, where there are two and they end before, one at `far`: straight on from the last two."""
    if len(points) < 2 or points[-1][0] >= far:
        return points
    (x0, y0), (x1, y1) = points[-2:]
    rise = (math.log10(y1) - math.log10(y0)) / (math.log10(x1) - math.log10(x0))
    return [*points, (far, y1 * (far / x1) ** rise)]


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) - 1e-9)
    return low, max(high, low + 1)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "".join(f"{'L' if number else 'M'}{x:.1f} {y:.1f}" for number, (x, y) in enumerate(points))


def _mark(kind: str, x: float, y: float) -> str:
    if kind == "a":
        return f'<circle class="fa" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'
    if kind == "b":
        return f'<rect class="fb" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'
    return f'<path class="fc" d="M{x:.1f} {y - 6:.1f}l6 10h-12z"/>'


def _short(value: float) -> str:
    """Return a value without digits that say nothing.

    >>> [_short(each) for each in (0.01, 1, 12.345, 10000)]
    ['0.01', '1', '12', '10,000']
    """
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"

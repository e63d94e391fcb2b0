/** Bars side by side: an exact number ends flat, "more than" in an open arrow, "about" softly. */

import { append, h, s } from "../lib/dom.js";
import { language, word } from "../lib/words.js";
import { defineFills, fills, link } from "./parts.js";
import type { Bound, ChartBar, Draw } from "./types.js";

const HEIGHT = 22;
const HEAD = 12;
/** Values that span more than this are shown by their powers of ten at first. */
const WIDE = 1000;

export interface Scale {
  readonly most: number;
  readonly least: number;
  readonly log: boolean;
}

/** Where a value ends, as a share of the room; on a logarithmic scale the least value still has a bar. */
export function share(value: number, { most, least, log }: Scale): number {
  if (!(most > 0) || !(value > 0)) return 0;
  if (!log) return Math.min(1, value / most);
  const floor = 10 ** Math.floor(Math.log10(least) - 0.2);
  if (most <= floor) return 1;
  return Math.max(0.02, Math.min(1, Math.log10(value / floor) / Math.log10(most / floor)));
}

/** The scale of some values: logarithmic where they are of very different size, none of them zero or below. */
export function scaleOf(values: readonly number[], log = isWide(values)): Scale {
  const above = values.filter((each) => each > 0);
  return { most: Math.max(0, ...values), least: above.length ? Math.min(...above) : 1, log };
}

export function isWide(values: readonly number[]): boolean {
  const above = values.filter((each) => each > 0);
  return above.length === values.length && above.length > 1 && Math.max(...above) / Math.min(...above) > WIDE;
}

export function amount({ value, bound }: ChartBar): string {
  const n = new Intl.NumberFormat(language(), { maximumFractionDigits: 6 }).format(value);
  return word(`figure_bound_${bound}`, { n });
}

interface Line {
  readonly bar: ChartBar;
  readonly plot: SVGSVGElement;
}

export const draw: Draw<"chart"> = (host, { bars }) => {
  host.replaceChildren();
  defineFills();
  if (!bars.length) append(host, h("p", { class: "help" }, word("figure_none")));
  const units = new Map<string, ChartBar[]>();
  for (const bar of bars) {
    const unit = units.get(bar.unit ?? "");
    if (unit) unit.push(bar);
    else units.set(bar.unit ?? "", [bar]);
  }
  const ends = [...units].map(([unit, found]) => drawUnit(host, unit, found));
  return () => {
    for (const end of ends) end();
  };
};

/** Numbers of one unit share a scale; those of several do not. */
function drawUnit(host: HTMLElement, unit: string, bars: readonly ChartBar[]): () => void {
  const values = bars.map(({ value }) => value);
  let scale = scaleOf(values);
  const lines: Line[] = [];
  const section = h("section", { class: "chart" });
  const groups = new Map<string, ChartBar[]>();
  for (const bar of bars) {
    const group = groups.get(bar.group ?? "");
    if (group) group.push(bar);
    else groups.set(bar.group ?? "", [bar]);
  }
  if (unit) append(section, h("p", { class: "head" }, unit));
  for (const [group, found] of groups) {
    const list = h("ul", { class: "plain bars", "aria-label": [unit, group].filter(Boolean).join(", ") || null });
    found.sort((a, b) => b.value - a.value);
    for (const bar of found) {
      const plot = s("svg", { class: "plot", height: HEIGHT, "aria-hidden": "true" });
      lines.push({ bar, plot });
      append(
        list,
        h(
          "li",
          {},
          h("span", { class: "what" }, link(bar)),
          h("span", { class: "value" }, amount(bar)),
          h("span", { class: "where" }, plot),
        ),
      );
    }
    if (group) append(section, h("p", { class: "group" }, group));
    append(section, list);
  }
  const paint = () => {
    for (const { bar, plot } of lines) {
      const room = plot.getBoundingClientRect().width;
      plot.replaceChildren(...barOf(bar.bound, share(bar.value, scale) * (room - HEAD)));
    }
  };
  if (isWide(values)) {
    const box = h("input", { type: "checkbox", checked: scale.log });
    box.addEventListener("change", () => {
      scale = scaleOf(values, box.checked);
      paint();
    });
    section.append(h("label", { class: "log" }, box, word("figure_log")));
    section.append(h("p", { class: "help" }, word("figure_log_help")));
  }
  append(host, section, legend(bars));
  const watch = new ResizeObserver(paint);
  watch.observe(section);
  return () => watch.disconnect();
}

/** What the ends of bars mean, of those that there are. */
function legend(bars: readonly ChartBar[]): HTMLElement | false {
  const bounds = (["more", "least", "less", "most", "about"] as const).filter((each) =>
    bars.some(({ bound }) => bound === each),
  );
  if (!bounds.length) return false;
  const sample = (bound: Bound) =>
    s("svg", { class: "plot", width: 52, height: HEIGHT, "aria-hidden": "true" }, ...barOf(bound, 52 - HEAD));
  return h(
    "ul",
    { class: "plain legend" },
    ...bounds.map((each) => h("li", {}, sample(each), word(`figure_legend_${each}`))),
  );
}

/** One bar: what is certain is solid; a bound shows in which direction the number lies. */
function barOf(bound: Bound, end: number): SVGElement[] {
  const [top, bottom, middle] = [3, HEIGHT - 3, HEIGHT / 2];
  const width = Math.max(2, end);
  const solid = (to: number) =>
    s("rect", { class: "bar sure", x: 0, y: top, width: to.toFixed(1), height: bottom - top });
  const mark = (at: number) => s("line", { class: "bound", x1: at.toFixed(1), x2: at.toFixed(1), y1: 0, y2: HEIGHT });
  switch (bound) {
    case "more":
    case "least":
      return [
        solid(width),
        s("path", { class: "bar open", d: `M${width} ${top}L${width + HEAD - 2} ${middle}L${width} ${bottom}` }),
        ...(bound === "least" ? [mark(width)] : []),
      ];
    case "less":
    case "most":
      // Somewhere up to here: hatched, and the arrow points back.
      return [
        s("rect", {
          class: "bar maybe",
          fill: fills.hatch,
          x: 0,
          y: top,
          width: width.toFixed(1),
          height: bottom - top,
        }),
        s("path", {
          class: "bar open back",
          d: `M${width} ${top}L${Math.max(0, width - HEAD)} ${middle}L${width} ${bottom}`,
        }),
        ...(bound === "most" ? [mark(width)] : []),
      ];
    case "about": {
      const sure = Math.max(0, width - HEAD);
      const soft = Math.min(width, 2 * HEAD);
      return [
        solid(sure),
        s("rect", {
          class: "bar maybe",
          fill: fills.hatch,
          mask: fills.softRight,
          x: sure.toFixed(1),
          y: top,
          width: soft,
          height: bottom - top,
        }),
      ];
    }
    default:
      return [solid(width)];
  }
}

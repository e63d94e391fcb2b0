/** A timeline: a row for each item, its date in words beside it, on a line of time that can be moved and zoomed. */

import { append, type Child, h, s } from "../lib/dom.js";
import { language, word } from "../lib/words.js";
import { dateText, type When, whenOf } from "./edtf.js";
import { defineFills, link, zoomButtons } from "./parts.js";
import { ticks } from "./ticks.js";
import { legend } from "./timeline/legend.js";
import { ROW, shapes } from "./timeline/shapes.js";
import { beginning, DAY, extent, type Window } from "./timeline/window.js";
import type { Draw, TimelineItem } from "./types.js";
import { zoomable } from "./zoom.js";

const AXIS = 40;
const MOST_ZOOM = 200_000;
const YEAR = 365 * DAY;
/** With more rows than these, the timeline scrolls within itself. */
const LONG = 30;

interface Placed {
  readonly item: TimelineItem;
  readonly when: When;
  readonly from: number;
  readonly to: number;
}

interface Row {
  readonly placed: Placed;
  readonly plot: SVGSVGElement;
  readonly before: HTMLButtonElement;
  readonly after: HTMLButtonElement;
}

export const draw: Draw<"timeline"> = (host, { items }) => {
  defineFills();
  host.replaceChildren();
  const [dated, undated] = sorted(items);
  const view = dated.length ? new TimelineView(host, dated) : null;
  if (undated.length) {
    append(
      host,
      h(
        "section",
        { class: "undated" },
        h("p", { class: "head" }, word("figure_undated")),
        h(
          "ul",
          { class: "plain", "aria-label": word("figure_undated") },
          ...undated.map((item) => h("li", {}, link(item), ...marks(item))),
        ),
      ),
    );
  }
  if (!items.length) append(host, h("p", { class: "help" }, word("figure_none")));
  return () => view?.end();
};

/** What has a date, in the order of time, and what has none. */
function sorted(items: readonly TimelineItem[]): [Placed[], TimelineItem[]] {
  const dated: Placed[] = [];
  const undated: TimelineItem[] = [];
  const now = Date.now();
  for (const item of items) {
    const when = whenOf(item);
    if (!when) {
      undated.push(item);
      continue;
    }
    // An open end reaches to today, or a year beyond a start that is still to come.
    const from = when.start?.from ?? (when.end?.from ?? now) - YEAR;
    const to = when.end?.to ?? Math.max(now, (when.start?.to ?? now) + YEAR);
    dated.push({ item, when, from, to });
  }
  dated.sort((a, b) => a.from - b.from || a.to - b.to || a.item.label.localeCompare(b.item.label));
  return [dated, undated];
}

function marks({ kind, planned }: TimelineItem): Child[] {
  return [
    kind ? h("small", {}, kind) : null,
    planned ? h("span", { class: "tag planned" }, word("figure_planned")) : null,
  ];
}

class TimelineView {
  readonly #axis = s("svg", { class: "axis", height: AXIS, "aria-hidden": "true" });
  readonly #zoom;
  readonly #rows: Row[] = [];
  readonly #whole: Window;
  readonly #watch: ResizeObserver;
  #room = 1;
  #begun = false;

  constructor(host: HTMLElement, dated: readonly Placed[]) {
    // What is open to today would push the window there; where it begins says where to look.
    const spans = dated.map(({ when, from, to }) => ({ from, to: when.end ? to : (when.start?.to ?? to) }));
    this.#whole = extent(spans);
    const line = h(
      "div",
      { class: "plot-line", tabindex: "0", role: "group", "aria-label": word("figure_time_axis") },
      this.#axis,
    );
    this.#zoom = zoomable(line, { least: 0.5, most: MOST_ZOOM, flat: true, change: () => this.#paint() });
    const head = h(
      "div",
      { class: "timeline-head" },
      zoomButtons(this.#zoom, () => this.#show(this.#whole)),
      line,
    );
    const long = dated.length > LONG ? " long" : "";
    append(host, h("div", { class: `timeline${long}` }, head, ...this.#lists(dated)));
    append(host, legend(dated.map(({ when, item }) => ({ when, planned: item.planned === true }))));
    this.#watch = new ResizeObserver(() => this.#resized(spans));
    this.#watch.observe(line);
  }

  end(): void {
    this.#watch.disconnect();
    this.#zoom.end();
  }

  #lists(dated: readonly Placed[]): Child[] {
    const groups = new Map<string, HTMLElement[]>();
    for (const placed of dated) {
      const name = placed.item.group ?? "";
      groups.set(name, [...(groups.get(name) ?? []), this.#entry(placed)]);
    }
    return [...groups].flatMap(([name, entries]): Child[] => [
      name ? h("p", { class: "group" }, name) : null,
      h("ol", { class: "plain entries", "aria-label": name || null }, ...entries),
    ]);
  }

  #entry(placed: Placed): HTMLElement {
    const { item } = placed;
    const when = dateText(item, language());
    const jump = (side: string, arrow: string) => {
      const name = word("figure_go_to", { when });
      const click = () => this.#centre(placed);
      return h("button", { type: "button", class: `jump ${side}`, "aria-label": name, title: name, click }, arrow);
    };
    const row: Row = {
      placed,
      plot: s("svg", { class: "plot", height: ROW, "aria-hidden": "true" }),
      before: jump("before", "◂"),
      after: jump("after", "▸"),
    };
    this.#rows.push(row);
    return h(
      "li",
      { class: "entry" },
      h("div", { class: "what" }, link(item), h("div", { class: "when" }, when, ...marks(item))),
      h("div", { class: "where" }, row.plot, row.before, row.after),
    );
  }

  /** The place of a moment on the line, in pixels. */
  #place = (at: number): number => {
    const { k, x } = this.#zoom.now();
    const { from, to } = this.#whole;
    return ((at - from) / (to - from)) * this.#room * k + x;
  };

  /** The moment at a place on the line. */
  #moment(pixels: number): number {
    const { k, x } = this.#zoom.now();
    const { from, to } = this.#whole;
    return from + ((pixels - x) / (this.#room * k)) * (to - from);
  }

  #show({ from, to }: Window): void {
    const whole = this.#whole;
    const k = (whole.to - whole.from) / Math.max(DAY, to - from);
    this.#zoom.to({ k, x: -((from - whole.from) / (whole.to - whole.from)) * this.#room * k, y: 0 });
  }

  #centre({ from, to }: Window): void {
    const half = (this.#moment(this.#room) - this.#moment(0)) / 2;
    const wide = Math.max(half, (to - from) * 0.6);
    const middle = (from + to) / 2;
    this.#show({ from: middle - wide, to: middle + wide });
  }

  #resized(spans: readonly Window[]): void {
    const { width } = this.#axis.getBoundingClientRect();
    if (!width || width === this.#room) return;
    const kept = this.#begun ? { from: this.#moment(0), to: this.#moment(this.#room) } : beginning(spans);
    this.#room = width;
    this.#begun = true;
    this.#show(kept);
  }

  #paint(): void {
    const found = ticks(this.#moment(0), this.#moment(this.#room), this.#room, language());
    this.#axis.replaceChildren(
      ...found.map((tick) =>
        s(
          "g",
          { class: tick.major ? "tick major" : "tick", transform: `translate(${this.#place(tick.at).toFixed(1)} 0)` },
          s("line", { y1: AXIS - 14, y2: AXIS }),
          s("text", { y: AXIS - 22 }, tick.label),
        ),
      ),
    );
    const grid = found.map(({ at }) => this.#place(at).toFixed(1));
    for (const { placed, plot, before, after } of this.#rows) {
      const { when, item } = placed;
      plot.replaceChildren(
        ...grid.map((x) => s("line", { class: "grid", x1: x, x2: x, y1: 0, y2: ROW })),
        ...shapes(when, item.planned === true, this.#place, this.#room),
      );
      before.hidden = this.#place(placed.to) > 4;
      after.hidden = this.#place(placed.from) < this.#room - 4;
    }
  }
}

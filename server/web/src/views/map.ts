/** A map of countries without tiles: circles whose area stands for a number, and what is there beside them. */

import { geoEqualEarth, geoGraticule10, geoPath } from "d3-geo";
import { announce, append, h, s, safeHref } from "../lib/dom.js";
import { language, word } from "../lib/words.js";
import { place as placeLabels } from "./labels.js";
import { atlas } from "./map/atlas.js";
import { type Atlas, locate, type Spot } from "./map/countries.js";
import { button, isSmall, link, zoomButtons } from "./parts.js";
import type { Draw, MapPlace } from "./types.js";
import { type Transform, zoomable } from "./zoom.js";

/** Large enough for a number and for a finger. */
const LEAST_RADIUS = 12;
const MOST_RADIUS = 24;
const MOST_ZOOM = 12;
const MARGIN = 60;

export const draw: Draw<"map"> = (host, { places }) => {
  const stop = new AbortController();
  host.replaceChildren(h("div", { class: "map-frame", "aria-busy": "true" }));
  const countries = places.flatMap(({ country }) => (country ? [country] : []));
  atlas(countries).then(
    (found) => {
      if (!stop.signal.aborted) new MapView(host, places, found, stop.signal);
    },
    (error: unknown) => {
      console.error(error);
      host.replaceChildren(h("p", { class: "help", role: "alert" }, word("script_failed")));
    },
  );
  return () => stop.abort();
};

class MapView {
  readonly #svg = s("svg", { class: "canvas", role: "group", tabindex: "0" });
  readonly #land = s("g", { class: "land" });
  readonly #marks = s("g", { class: "circles" });
  readonly #names = s("g", { class: "labels", "aria-hidden": "true" });
  readonly #projection = geoEqualEarth();
  readonly #frame: HTMLElement;
  readonly #card = h("div", { class: "card map-card" });
  readonly #zoom;
  readonly #spots: readonly Spot[];
  readonly #world: Atlas;
  readonly #number = new Intl.NumberFormat(language());
  readonly #small: boolean;
  #chosen: Spot | null = null;
  #room = { width: 0, height: 0 };
  #ready = false;

  constructor(host: HTMLElement, places: readonly MapPlace[], world: Atlas, signal: AbortSignal) {
    const { spots, unknown } = locate(places, world);
    this.#small = isSmall(host);
    this.#spots = spots;
    this.#world = world;
    this.#svg.append(this.#land, this.#marks, this.#names);
    this.#svg.setAttribute("aria-label", this.#summary());
    this.#zoom = zoomable(this.#svg, {
      least: 1,
      most: MOST_ZOOM,
      change: (transform) => this.#moved(transform),
      starts: ({ target }) => !(target instanceof Element && target.closest(".circle")),
    });
    this.#frame = h(
      "div",
      { class: "map-frame" },
      this.#svg,
      zoomButtons(this.#zoom, () => this.#whole()),
    );
    host.replaceChildren(
      h("div", { class: "map" }, this.#frame, this.#small ? null : this.#card),
      h("p", { class: "help note" }, word("figure_map_note")),
    );
    if (unknown.length) {
      append(
        host,
        h(
          "p",
          { class: "help" },
          word("figure_places_unknown"),
          " ",
          ...unknown.flatMap((each, index) => [index ? "; " : "", link(each)]),
        ),
      );
    }
    this.#listen(signal);
    this.#describe();
    const watch = new ResizeObserver(() => this.#resized());
    watch.observe(this.#frame);
    signal.addEventListener("abort", () => {
      watch.disconnect();
      this.#zoom.end();
    });
  }

  #summary(): string {
    const most = this.#spots.slice(0, 5).map((spot) => `${spot.name} (${this.#number.format(spot.value)})`);
    return word("figure_map_summary", { n: this.#spots.length, most: most.join("; ") });
  }

  #resized(): void {
    const { width, height } = this.#frame.getBoundingClientRect();
    if (!width || (width === this.#room.width && height === this.#room.height)) return;
    this.#room = { width, height };
    this.#svg.setAttribute("width", String(width));
    this.#svg.setAttribute("height", String(height));
    this.#projection.fitSize([width, height], { type: "Sphere" });
    this.#project();
    this.#ready = true;
    this.#near();
  }

  /** Draw the land; it is only moved and stretched afterwards. */
  #project(): void {
    const path = geoPath(this.#projection).digits(1);
    const marked = new Set(this.#spots.map(({ country }) => country));
    this.#land.replaceChildren(
      s("path", { class: "sea", d: path({ type: "Sphere" }) }),
      s("path", { class: "graticule", d: path(geoGraticule10()) }),
      ...this.#world.countries.map((country) => {
        const shape = s("path", { class: marked.has(country) ? "country marked" : "country", d: path(country.shape) });
        shape.append(s("title", {}, country.name));
        return shape;
      }),
    );
    const most = Math.max(1, ...this.#spots.map(({ value }) => value));
    this.#marks.replaceChildren(
      ...this.#spots.map((spot, index) => {
        const radius = this.#radius(spot.value, most);
        const value = this.#number.format(spot.value);
        const mark = s(
          "g",
          {
            class: "circle",
            role: this.#small ? "link" : "button",
            tabindex: "0",
            "aria-label": `${spot.name}: ${value}`,
            "data-index": index,
          },
          s("circle", { r: radius.toFixed(1) }),
        );
        if (spot.value) mark.append(s("text", { "aria-hidden": "true", y: 4 }, value));
        return mark;
      }),
    );
  }

  #radius(value: number, most: number): number {
    return Math.max(LEAST_RADIUS, MOST_RADIUS * Math.sqrt(Math.max(0, value) / most));
  }

  #moved({ k, x, y }: Transform): void {
    if (!this.#ready) return;
    this.#land.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${k.toFixed(4)})`);
    const most = Math.max(1, ...this.#spots.map(({ value }) => value));
    const wanted = this.#spots.map((spot) => {
      const [px = 0, py = 0] = this.#projection([...spot.at]) ?? [];
      const radius = this.#radius(spot.value, most);
      return { x: px * k + x, y: py * k + y, radius, width: spot.name.length * 7.2 + 8, height: 18 };
    });
    const marks = [...this.#marks.children];
    const boxes = placeLabels(wanted, { bounds: { x: 0, y: 0, ...this.#room } });
    this.#names.replaceChildren();
    for (const [index, at] of wanted.entries()) {
      marks[index]?.setAttribute("transform", `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`);
      const box = boxes[index];
      const spot = this.#spots[index];
      if (!box || !spot) continue;
      this.#names.append(
        s("text", { class: "label", x: (box.x + box.width / 2).toFixed(1), y: (box.y + 13).toFixed(1) }, spot.name),
      );
    }
  }

  #whole(): void {
    this.#zoom.glide({ k: 1, x: 0, y: 0 });
  }

  /** Begin where the places are. */
  #near(): void {
    const { width, height } = this.#room;
    const points = this.#spots.flatMap(({ at }) => {
      const point = this.#projection([...at]);
      return point ? [point] : [];
    });
    if (!points.length) {
      this.#whole();
      return;
    }
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
    const across = (width - 2 * Math.min(MARGIN, width * 0.2)) / Math.max(1, right - left);
    const down = (height - 2 * MARGIN) / Math.max(1, bottom - top);
    const k = Math.max(1, Math.min(across, down, 4));
    const x = width / 2 - ((left + right) / 2) * k;
    const y = height / 2 - ((top + bottom) / 2) * k;
    this.#zoom.to({ k, x, y });
  }

  #listen(signal: AbortSignal): void {
    const chosen = (target: EventTarget | null) => {
      const mark = target instanceof Element ? target.closest<SVGElement>(".circle") : null;
      return mark ? this.#spots[Number(mark.dataset.index)] : undefined;
    };
    const on = this.#svg.addEventListener.bind(this.#svg) as HTMLElement["addEventListener"];
    on("click", ({ target }) => this.#choose(chosen(target)), { signal });
    on(
      "keydown",
      (event) => {
        const spot = chosen(event.target);
        if (!spot || (event.key !== "Enter" && event.key !== " ")) return;
        event.preventDefault();
        this.#choose(spot);
      },
      { signal },
    );
  }

  #choose(spot: Spot | undefined): void {
    if (!spot) return;
    if (this.#small) {
      const href = spot.place.href && safeHref(spot.place.href);
      if (href) location.assign(href);
      return;
    }
    this.#chosen = spot === this.#chosen ? null : spot;
    for (const mark of this.#marks.children) {
      const own = this.#spots[Number((mark as SVGElement).dataset.index)] === this.#chosen;
      mark.classList.toggle("chosen", own);
      mark.setAttribute("aria-pressed", String(own));
    }
    this.#describe();
    if (this.#chosen) announce(`${spot.name}: ${this.#number.format(spot.value)}`);
  }

  /** Beside the map: what is at the chosen place, or all places. */
  #describe(): void {
    const spot = this.#chosen;
    if (!spot) {
      const items = this.#spots.map((each) =>
        h(
          "li",
          {},
          h(
            "button",
            { type: "button", class: "choice", click: () => this.#choose(each) },
            h("span", {}, each.name),
            h("small", {}, this.#number.format(each.value)),
          ),
        ),
      );
      this.#card.replaceChildren(h("ul", { class: "plain found" }, ...items));
      return;
    }
    const { place } = spot;
    this.#card.replaceChildren(
      h("p", { class: "head" }, link({ ...place, label: spot.name })),
      h(
        "div",
        { class: "actions" },
        button(word("figure_back"), () => this.#choose(spot)),
      ),
      h("ul", { class: "plain" }, ...(place.items ?? []).map((item) => h("li", {}, link(item)))),
    );
  }
}

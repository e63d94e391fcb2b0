/** A graph that stays readable beyond 200 nodes: labels by importance, a focus, filters, a search, and more on demand. */

import { announce, h, safeHref } from "../lib/dom.js";
import { number, word } from "../lib/words.js";
import { neighbours } from "./graph/expand.js";
import { layOutSlowly } from "./graph/layout.js";
import { byImportance, model, type Spot, towards } from "./graph/model.js";
import { Panel } from "./graph/panel.js";
import { Scene } from "./graph/scene.js";
import { State } from "./graph/state.js";
import { isSmall, zoomButtons } from "./parts.js";
import type { Draw, GraphData } from "./types.js";
import { type Transform, zoomable } from "./zoom.js";

const LEAST_ZOOM = 0.08;
const MOST_ZOOM = 6;
const MOST_FIT = 1.6;
const PADDING = { x: 110, y: 44 };
/** More nodes than these are not drawn; those with the fewest links are left out. */
const MOST_SPOTS = 1500;
/** A pointer that goes further than this drags, in pixels. */
const DRAG = 4;
/** What the next frame may do; each does what those before it do too. */
const FRAME = ["relabel", "paint", "fit"] as const;
type Work = (typeof FRAME)[number];
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export const draw: Draw<"graph"> = (host, data) => {
  const view = new GraphView(host, data);
  return () => view.end();
};

class GraphView {
  readonly #stop = new AbortController();
  readonly #state: State;
  readonly #scene: Scene;
  readonly #zoom;
  readonly #panel: Panel;
  readonly #watch: ResizeObserver;
  readonly #frame: HTMLElement;
  #data: GraphData;
  readonly #small: boolean;
  #ready = false;
  #dragged = false;
  #pending = 0;
  #work: Work | null = null;

  constructor(host: HTMLElement, data: GraphData) {
    this.#data = important(data);
    this.#state = new State(model(this.#data));
    this.#scene = new Scene(this.#state);
    this.#panel = new Panel(this.#state, {
      focus: (spot) => this.#select(spot),
      filter: () => this.#later("paint"),
      expand: (spot) => this.#expand(spot),
    });
    this.#zoom = zoomable(this.#scene.svg, {
      least: LEAST_ZOOM,
      most: MOST_ZOOM,
      change: (transform) => this.#moved(transform),
      starts: ({ target }) => !this.#scene.spotOf(target),
    });
    this.#frame = h(
      "div",
      { class: "graph-frame", "aria-busy": "true" },
      this.#scene.svg,
      zoomButtons(this.#zoom, () => this.#fit(true)),
    );
    this.#small = isSmall(host);
    const beside = this.#small ? [] : [this.#panel.element];
    host.replaceChildren(h("div", { class: "graph" }, this.#frame, ...beside), this.#panel.filters);
    this.#watch = new ResizeObserver(() => this.#later("fit"));
    this.#listen();
    void this.#begin();
  }

  end(): void {
    this.#stop.abort();
    this.#zoom.end();
    this.#watch.disconnect();
    cancelAnimationFrame(this.#pending);
  }

  async #begin(): Promise<void> {
    this.#state.current = byImportance(this.#state.model.spots)[0] ?? null;
    await layOutSlowly(this.#state.model, this.#aspect(), this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    this.#frame.removeAttribute("aria-busy");
    this.#build();
    this.#ready = true;
    this.#watch.observe(this.#frame);
    this.#fit();
    // At once: until then everything lies in one place.
    this.#paint();
  }

  #aspect(): number {
    const { width, height } = this.#frame.getBoundingClientRect();
    return width / Math.max(1, height);
  }

  #build(): void {
    this.#scene.build(describe, this.#small ? "link" : "button");
    this.#panel.show(this.#small);
    const { spots, lines } = this.#state.model;
    const most = byImportance(spots)
      .slice(0, 3)
      .map(({ node }) => node.label)
      .join("; ");
    const summary = word("figure_graph_summary", { nodes: number(spots.length), links: number(lines.length), most });
    this.#scene.svg.setAttribute("aria-label", summary);
  }

  #paint(): void {
    this.#scene.paint(this.#zoom.now().k);
  }

  /** Do it in the next frame. What waits already is never lost for something that does less. */
  #later(work: Work): void {
    if (this.#work && FRAME.indexOf(this.#work) >= FRAME.indexOf(work)) return;
    this.#work = work;
    cancelAnimationFrame(this.#pending);
    this.#pending = requestAnimationFrame(() => {
      this.#work = null;
      if (work === "fit") this.#fit();
      else if (work === "paint") this.#paint();
      else this.#scene.relabel();
    });
  }

  #moved(transform: Transform): void {
    if (!this.#ready) return;
    this.#scene.move(transform);
    const zoomed = transform.k !== this.#scene.scale;
    this.#later(zoomed ? "paint" : "relabel");
  }

  /** Show everything, or what is in focus with its neighbours. */
  #fit(slowly = false): void {
    const { width, height } = this.#frame.getBoundingClientRect();
    const spots = this.#state.shown();
    if (!spots.length || !width) return;
    const [xs, ys] = [spots.map(({ x }) => x), spots.map(({ y }) => y)];
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
    const across = (width - 2 * Math.min(PADDING.x, width * 0.2)) / Math.max(1, right - left);
    const down = (height - 2 * PADDING.y) / Math.max(1, bottom - top);
    const k = Math.min(MOST_FIT, Math.max(LEAST_ZOOM, Math.min(across, down)));
    const to = { k, x: width / 2 - ((left + right) / 2) * k, y: height / 2 - ((top + bottom) / 2) * k };
    if (slowly) this.#zoom.glide(to);
    else this.#zoom.to(to);
    this.#later("paint");
  }

  /** Move a spot into the window, if it is outside. */
  #reveal(spot: Spot): void {
    const { k, x, y } = this.#zoom.now();
    const { width, height } = this.#frame.getBoundingClientRect();
    const [px, py] = [spot.x * k + x, spot.y * k + y];
    const inside = px > 20 && px < width - 20 && py > 20 && py < height - 20;
    if (!inside) this.#zoom.glide({ k, x: width / 2 - spot.x * k, y: height / 2 - spot.y * k });
  }

  #select(spot: Spot | null): void {
    if (this.#small) {
      const href = spot?.node.href && safeHref(spot.node.href);
      if (href) location.assign(href);
      return;
    }
    this.#state.focus = spot;
    if (spot) {
      this.#state.current = spot;
      announce(describe(spot));
    }
    this.#panel.show();
    this.#fit(true);
  }

  #listen(): void {
    const { signal } = this.#stop;
    const { svg } = this.#scene;
    svg.addEventListener("keydown", (event) => this.#key(event), { signal });
    svg.addEventListener("click", ({ target }) => this.#click(this.#scene.spotOf(target)), { signal });
    svg.addEventListener("pointerover", ({ target }) => this.#point(this.#scene.spotOf(target)), { signal });
    svg.addEventListener("pointerleave", () => this.#point(null), { signal });
    svg.addEventListener("pointerdown", (event) => this.#grab(event), { signal });
    svg.addEventListener("focusout", () => this.#point(null), { signal });
    svg.addEventListener(
      "focusin",
      ({ target }) => {
        const spot = this.#scene.spotOf(target);
        if (!spot) return;
        this.#state.current = spot;
        this.#reveal(spot);
        this.#point(spot);
      },
      { signal },
    );
  }

  #click(spot: Spot | null): void {
    // A click that ends a movement chooses nothing.
    if (this.#dragged || (!spot && !this.#state.focus)) return;
    this.#select(spot === this.#state.focus ? null : spot);
  }

  #point(spot: Spot | null): void {
    if (spot === this.#state.hover) return;
    this.#state.hover = spot && this.#state.sees(spot) ? spot : null;
    this.#later("paint");
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { focus, sees } = this.#state;
    const spot = this.#scene.spotOf(event.target);
    if (event.key === "Escape" && focus) this.#select(null);
    else if (!spot) return;
    else if (event.key === "Enter" || event.key === " ") this.#select(spot === focus ? null : spot);
    else {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      const next = towards(spot, ...arrow, sees);
      if (next) this.#scene.focus(next);
    }
    event.preventDefault();
  }

  /** Let a spot be dragged to another place; and notice when the whole is moved. */
  #grab({ target, clientX, clientY, pointerId, button }: PointerEvent): void {
    this.#dragged = false;
    if (button !== 0) return;
    const spot = this.#scene.spotOf(target);
    const from = spot && { x: spot.x, y: spot.y };
    const done = new AbortController();
    const { signal } = done;
    const move = (next: PointerEvent) => {
      const [dx, dy] = [next.clientX - clientX, next.clientY - clientY];
      if (next.pointerId !== pointerId || (!this.#dragged && Math.hypot(dx, dy) < DRAG)) return;
      this.#dragged = true;
      if (!spot || !from) return;
      spot.held = true;
      [spot.x, spot.y] = [from.x + dx / this.#scene.scale, from.y + dy / this.#scene.scale];
      this.#later("paint");
    };
    const end = () => done.abort();
    addEventListener("pointermove", move, { signal });
    addEventListener("pointerup", end, { signal });
    addEventListener("pointercancel", end, { signal });
  }

  /** Ask the endpoint what else a node is linked with; returns how many nodes came. */
  async #expand(spot: Spot): Promise<number> {
    const known = this.#state.model.spots;
    const nodes = known.map(({ node }) => node);
    const found = await neighbours(spot.node, nodes, this.#stop.signal);
    this.#data = { nodes: [...this.#data.nodes, ...found.nodes], edges: [...this.#data.edges, ...found.edges] };
    const next = model(this.#data, this.#state.model);
    await layOutSlowly(next, this.#aspect(), this.#stop.signal);
    const again = next.find(spot.node.id) ?? null;
    Object.assign(this.#state, { model: next, focus: again, current: again, hover: null });
    this.#build();
    this.#fit(true);
    this.#paint();
    return next.spots.length - known.length;
  }
}

function describe({ node, links }: Spot): string {
  return word("figure_node", { label: node.label, kind: node.kind ?? "", links: number(links.length) });
}

/** What has the most links, where there is more than can be drawn. */
function important(data: GraphData): GraphData {
  if (data.nodes.length <= MOST_SPOTS) return data;
  const kept = byImportance(model(data).spots).slice(0, MOST_SPOTS);
  const ids = new Set(kept.map(({ node }) => node.id));
  return {
    nodes: data.nodes.filter(({ id }) => ids.has(id)),
    edges: data.edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
  };
}

/** The elements of a graph: lines, marks, and as many labels as there is room for. */

import { h, s } from "../../lib/dom.js";
import { type Box, lines, overlap, place, type Wanted } from "../labels.js";
import { mark } from "../parts.js";
import type { Transform } from "../zoom.js";
import { radius } from "./layout.js";
import { byImportance, type Line, other, type Spot } from "./model.js";
import type { State } from "./state.js";

const LETTERS = 22;
const MOST_LINES = 3;
const LINE_HEIGHT = 14;
const FONT = "600 12px";
/** For each so many square pixels, one of the most important has its label even over other marks. */
const URGENT = 60_000;
/** Marks shrink with the zoom, but not below this share. */
const SMALLEST = 0.5;
const BUTTONS = { width: 240, height: 52 };
/** More lines than these are drawn faintly. */
const DENSE = 300;
/** The least reach of a mark for a finger. */
const FINGER = 13;

interface Element {
  readonly spot: Spot;
  readonly group: SVGGElement;
  readonly text: SVGTextElement;
  readonly width: number;
  readonly height: number;
}

interface Drawn {
  readonly line: Line;
  readonly path: SVGLineElement;
}

export class Scene {
  readonly svg = s("svg", { class: "canvas", role: "group", tabindex: "-1" });
  readonly #world = s("g", {});
  readonly #lines = s("g", { class: "lines" });
  readonly #relations = s("g", { class: "names", "aria-hidden": "true" });
  readonly #spots = s("g", { class: "spots" });
  readonly #labels = s("g", { class: "labels", "aria-hidden": "true" });
  readonly #state: State;
  #elements = new Map<Spot, Element>();
  #drawn: Drawn[] = [];
  #measured = new Map<string, number>();
  #shift = { x: 0, y: 0 };
  #shrink = 1;
  /** At which zoom the elements stand; not a number before the first time. */
  scale = Number.NaN;

  constructor(state: State) {
    this.#state = state;
    this.#world.append(this.#lines, this.#relations, this.#spots, this.#labels);
    this.svg.append(this.#world);
  }

  /** Make the elements of the state's graph; `describe` says what a spot is, `role` what pressing it does. */
  build(describe: (spot: Spot) => string, role: "button" | "link"): void {
    const { lines: joined, spots } = this.#state.model;
    this.#drawn = joined.map((line) => ({ line, path: s("line", { class: lineClass(line) }) }));
    this.svg.classList.toggle("dense", joined.length > DENSE);
    this.#elements = new Map(spots.map((spot) => [spot, this.#element(spot, describe(spot), role)]));
    // What comes later lies above: the important ones.
    const order = byImportance(spots).reverse();
    this.#lines.replaceChildren(...this.#drawn.map(({ path }) => path));
    this.#spots.replaceChildren(...order.flatMap((spot) => this.#elements.get(spot)?.group ?? []));
    this.#labels.replaceChildren(...order.flatMap((spot) => this.#elements.get(spot)?.text ?? []));
  }

  #element(spot: Spot, name: string, role: string): Element {
    const { node } = spot;
    const reach = radius(spot);
    const rows = lines(node.label, LETTERS, MOST_LINES);
    const group = s(
      "g",
      { class: "spot", role, tabindex: "-1", "aria-label": name, "data-id": node.id },
      s("circle", { class: "hit", r: Math.max(FINGER, reach + 3) }),
      s("g", { class: "shape" }, mark(this.#state.mark(node.kind), reach)),
    );
    const text = s(
      "text",
      { class: "label", lang: node.lang },
      ...rows.map((row, index) => s("tspan", { x: 0, dy: index ? LINE_HEIGHT : 0 }, row)),
    );
    const width = Math.max(0, ...rows.map((row) => this.#measure(row))) + 4;
    return { spot, group, text, width, height: rows.length * LINE_HEIGHT + 4 };
  }

  /** How wide a text is, without asking the page to lay itself out. */
  #measure(text: string): number {
    const known = this.#measured.get(text);
    if (known !== undefined) return known;
    const pen = h("canvas", {}).getContext("2d");
    let width = text.length * 7;
    if (pen) {
      pen.font = `${FONT} ${getComputedStyle(this.svg).fontFamily || "sans-serif"}`;
      width = pen.measureText(text).width;
    }
    this.#measured.set(text, width);
    return width;
  }

  /** The spot that an element belongs to. */
  spotOf(target: EventTarget | null): Spot | null {
    const group = target instanceof globalThis.Element ? target.closest<SVGElement>(".spot") : null;
    return group?.dataset.id === undefined ? null : (this.#state.model.find(group.dataset.id) ?? null);
  }

  focus(spot: Spot): void {
    this.#elements.get(spot)?.group.focus();
  }

  move({ x, y }: Transform): void {
    this.#world.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    this.#shift = { x, y };
  }

  /** The window, in the scene's own pixels. */
  #bounds(): Box {
    const { clientWidth: width, clientHeight: height } = this.svg;
    return { x: -this.#shift.x, y: -this.#shift.y, width, height };
  }

  /** Label anew what has come into the window. */
  relabel(): void {
    this.#nameLines(this.#label());
  }

  /** Bring all elements to the state, at a zoom: where they are, which are seen, which are dim, which have labels. */
  paint(scale: number): void {
    this.scale = scale;
    this.#shrink = Math.min(1, Math.max(SMALLEST, scale ** 0.7));
    const shrink = `scale(${this.#shrink.toFixed(3)})`;
    const state = this.#state;
    for (const { line, path } of this.#drawn) {
      const own = line.from === state.focus || line.to === state.focus;
      path.toggleAttribute("hidden", !state.joins(line));
      path.classList.toggle("dim", state.focus !== null && !own);
      path.classList.toggle("near", own);
      path.setAttribute("x1", (line.from.x * scale).toFixed(1));
      path.setAttribute("y1", (line.from.y * scale).toFixed(1));
      path.setAttribute("x2", (line.to.x * scale).toFixed(1));
      path.setAttribute("y2", (line.to.y * scale).toFixed(1));
    }
    for (const { spot, group } of this.#elements.values()) {
      group.toggleAttribute("hidden", !state.sees(spot));
      group.classList.toggle("dim", !state.near(spot));
      group.classList.toggle("focus", spot === state.focus);
      if (group.getAttribute("role") === "button") group.setAttribute("aria-pressed", String(spot === state.focus));
      group.setAttribute("tabindex", spot === state.current ? "0" : "-1");
      group.querySelector(".shape")?.setAttribute("transform", shrink);
      group.setAttribute("transform", `translate(${(spot.x * scale).toFixed(1)} ${(spot.y * scale).toFixed(1)})`);
    }
    this.#nameLines(this.#label());
  }

  /** Give labels to those that matter most, as far as there is room; returns the room that they take. */
  #label(): Box[] {
    const { focus, hover } = this.#state;
    const near = byImportance(this.#state.shown());
    const first = [focus, hover].filter((each) => each !== null);
    const order = [...new Set([...first, ...near])];
    const bounds = this.#bounds();
    const urgent = first.length + Math.round((bounds.width * bounds.height) / URGENT);
    const want = (spot: Spot, index: number): Wanted => {
      const { width = 0, height = 0 } = this.#elements.get(spot) ?? {};
      const reach = radius(spot) * this.#shrink + 1;
      return { x: spot.x * this.scale, y: spot.y * this.scale, radius: reach, width, height, urgent: index < urgent };
    };
    // The buttons stand in the last corner.
    const { width, height } = BUTTONS;
    const corner = { x: bounds.x + bounds.width - width, y: bounds.y + bounds.height - height, width, height };
    const boxes = place(order.map(want), { marks: near.map(want), bounds, taken: [corner] });
    const placed = new Map<Spot, Box | null>(order.map((spot, index) => [spot, boxes[index] ?? null]));
    for (const { spot, text } of this.#elements.values()) {
      const box = placed.get(spot) ?? null;
      text.toggleAttribute("hidden", !box);
      text.classList.toggle("focus", spot === focus);
      if (!box) continue;
      const baseline = box.y + 2 + LINE_HEIGHT * 0.8;
      text.setAttribute("transform", `translate(${(box.x + box.width / 2).toFixed(1)} ${baseline.toFixed(1)})`);
    }
    return boxes.filter((box) => box !== null);
  }

  /** Write the relations of the focus beside its lines, where they cover nothing. */
  #nameLines(taken: readonly Box[]): void {
    this.#relations.replaceChildren();
    const { focus, hidden } = this.#state;
    if (!focus) return;
    const marks = this.#state.shown().map((spot): Box => {
      const reach = radius(spot) * this.#shrink;
      return { x: spot.x * this.scale - reach, y: spot.y * this.scale - reach, width: 2 * reach, height: 2 * reach };
    });
    const kept = [...taken, ...marks];
    for (const line of focus.links) {
      const labels = [...new Set(line.edges.map(({ label }) => label))].filter((each) => !hidden.relations.has(each));
      if (!labels[0] || !this.#state.joins(line)) continue;
      const label = labels.length > 1 ? `${labels[0]} +${labels.length - 1}` : labels[0];
      const next = other(line, focus);
      const [x, y] = [((focus.x + next.x) / 2) * this.scale, ((focus.y + next.y) / 2) * this.scale];
      const width = this.#measure(label);
      const box = { x: x - width / 2, y: y - LINE_HEIGHT / 2, width, height: LINE_HEIGHT };
      if (kept.some((each) => overlap(each, box))) continue;
      kept.push(box);
      this.#relations.append(s("text", { x: x.toFixed(1), y: (y + 4).toFixed(1) }, label));
    }
  }
}

function lineClass({ edges }: Line): string {
  const planned = edges.every((each) => each.planned) ? " planned" : "";
  const said = edges.every((each) => each.said) ? " said" : "";
  return `line${planned}${said}`;
}

/** Beside the graph: a search, what is in focus with all its relations, and what is shown at all. */

import { matches } from "../../filter.js";
import { announce, h, s } from "../../lib/dom.js";
import { Refused } from "../../lib/sparql.js";
import { number, word } from "../../lib/words.js";
import { button, link, symbol } from "../parts.js";
import type { GraphEdge } from "../types.js";
import { byImportance, type Counted, other, type Spot } from "./model.js";
import type { Hidden, State } from "./state.js";

export interface Actions {
  readonly focus: (spot: Spot | null) => void;
  /** The state's filter has changed. */
  readonly filter: () => void;
  /** Returns how many nodes came. */
  readonly expand: (spot: Spot) => Promise<number>;
}

const LISTED = 40;

export class Panel {
  readonly element: HTMLElement;
  readonly filters = h("div", { class: "graph-filters" });
  readonly #actions: Actions;
  readonly #search = h("input", { type: "search", autocomplete: "off", spellcheck: "false" });
  readonly #list = h("ul", { class: "plain found" });
  readonly #card = h("div", { class: "card" });
  readonly #state: State;
  #listed = "";

  constructor(state: State, actions: Actions) {
    this.#state = state;
    this.#actions = actions;
    const label = h("label", {}, word("figure_search"), this.#search);
    this.element = h("div", { class: "graph-panel" }, label, this.#card, this.#list);
    this.#search.addEventListener("input", () => {
      this.#actions.focus(null);
      this.#found();
    });
    this.#search.addEventListener("keydown", (event) => {
      const first = this.#list.querySelector("button");
      if (event.key === "Enter" && first) first.click();
    });
  }

  /** Show what is in focus, or all that is found; a small graph has a legend in place of filters. */
  show(small = false): void {
    const { model, focus } = this.#state;
    const names = [...model.kinds, ...model.relations].map((each) => `${each.name}\t${each.count}`).join("\n");
    // Boxes keep what is ticked and focused, so they are made anew only for another graph.
    if (names !== this.#listed) {
      this.#listed = names;
      const relations = () =>
        h("details", {}, h("summary", {}, word("figure_relations")), this.#boxes("relations", model.relations));
      const kinds = small ? [this.#legend()] : [this.#boxes("kinds", model.kinds), relations()];
      this.filters.replaceChildren(...kinds, this.#styles());
    }
    this.#card.hidden = !focus;
    this.#list.hidden = focus !== null;
    if (focus) this.#describe(focus);
    else this.#found();
  }

  #found(): void {
    const asked = this.#search.value.trim();
    const found = byImportance(this.#state.model.spots).filter(({ node }) => !asked || matches(node.label, asked));
    const items = found.slice(0, LISTED).map((spot) => {
      const choose = () => this.#actions.focus(spot);
      return h("li", {}, this.#choice(spot, choose));
    });
    const rest = found.length - items.length;
    this.#list.replaceChildren(
      ...items,
      ...(rest > 0 ? [h("li", { class: "help" }, word("figure_more", { n: number(rest) }))] : []),
      ...(found.length ? [] : [h("li", { class: "help" }, word("figure_not_found"))]),
    );
  }

  #choice(spot: Spot, choose: () => void): HTMLButtonElement {
    const { node } = spot;
    return h(
      "button",
      { type: "button", class: "choice", click: choose, lang: node.lang },
      symbol(this.#state.mark(node.kind)),
      h("span", {}, node.label),
    );
  }

  #describe(spot: Spot): void {
    const { node, links } = spot;
    const edges = links.flatMap((line) => line.edges.map((edge) => ({ edge, next: other(line, spot) })));
    edges.sort(
      (a, b) => a.edge.label.localeCompare(b.edge.label) || a.next.node.label.localeCompare(b.next.node.label),
    );
    const more = button(word("figure_expand"), () => void this.#expand(spot, more));
    this.#card.replaceChildren(
      h("p", { class: "kind" }, symbol(this.#state.mark(node.kind)), node.kind ?? ""),
      h("p", { class: "head" }, link(node)),
      h(
        "div",
        { class: "actions" },
        more,
        button(word("figure_back"), () => this.#actions.focus(null)),
      ),
      h("ul", { class: "plain relations" }, ...edges.map(({ edge, next }) => this.#relation(edge, spot, next))),
    );
  }

  #relation(edge: GraphEdge, spot: Spot, next: Spot): HTMLElement {
    const out = edge.from === spot.node.id;
    return h(
      "li",
      {},
      h(
        "span",
        { class: "relation" },
        out ? `${edge.label} →` : `← ${edge.label}`,
        edge.planned && h("span", { class: "tag planned" }, word("figure_planned")),
        edge.said && h("span", { class: "tag said" }, word("figure_said")),
      ),
      this.#choice(next, () => this.#actions.focus(next)),
    );
  }

  async #expand(spot: Spot, more: HTMLButtonElement): Promise<void> {
    more.disabled = true;
    try {
      const came = await this.#actions.expand(spot);
      announce(word("figure_expanded", { n: number(came) }));
      // The card was made anew; whoever pressed its button goes on from the same place.
      const again = this.#card.querySelector("button");
      if (again) {
        again.focus();
        if (!came) again.replaceChildren(word("figure_expanded_none"));
        again.disabled = !came;
      }
    } catch (error) {
      const why = error instanceof Refused ? error.problem.title : word("script_failed");
      more.after(h("p", { class: "help", role: "alert" }, why));
    }
  }

  #legend(): HTMLElement {
    const items = this.#state.model.kinds.map(({ name }) => h("li", {}, symbol(this.#state.mark(name)), name));
    return h("ul", { class: "plain legend" }, ...items);
  }

  /** What dashes and dots mean, where there are any. */
  #styles(): HTMLElement {
    const edges = this.#state.model.lines.flatMap((line) => line.edges);
    const sample = (kind: string) =>
      s(
        "svg",
        { class: "plot", width: 34, height: 12, "aria-hidden": "true" },
        s("line", { class: `line ${kind}`, x1: 0, x2: 34, y1: 6, y2: 6 }),
      );
    return h(
      "ul",
      { class: "plain legend" },
      edges.some(({ planned }) => planned) && h("li", {}, sample("planned"), word("figure_planned")),
      edges.some(({ said }) => said) && h("li", {}, sample("said"), word("figure_said")),
    );
  }

  #boxes(what: keyof Hidden, counted: readonly Counted[]): HTMLElement {
    const hidden = this.#state.hidden[what];
    const inputs = counted.map(({ name }) => {
      const input = h("input", { type: "checkbox", checked: !hidden.has(name) });
      input.addEventListener("change", () => {
        if (input.checked) hidden.delete(name);
        else hidden.add(name);
        this.#actions.filter();
      });
      return input;
    });
    const all = button(word("figure_all_none"), () => {
      const some = hidden.size < counted.length;
      for (const { name } of counted) {
        if (some) hidden.add(name);
        else hidden.delete(name);
      }
      for (const input of inputs) input.checked = !some;
      this.#actions.filter();
    });
    all.classList.add("small");
    return h(
      "fieldset",
      { class: "boxes" },
      h("legend", { class: what === "relations" ? "hidden" : null }, word(`figure_${what}`)),
      ...counted.map(({ name, count }, index) => {
        const mark = what === "kinds" ? symbol(this.#state.mark(name)) : null;
        return h("label", {}, inputs[index], mark, name, h("small", {}, number(count)));
      }),
      ...(counted.length > 2 ? [all] : []),
    );
  }
}

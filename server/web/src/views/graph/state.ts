/** What is seen of a graph: what is in focus, what is pointed at, what is filtered out. */

import { MARKS } from "../parts.js";
import { type Line, type Model, other, type Spot } from "./model.js";

export interface Hidden {
  readonly kinds: Set<string>;
  readonly relations: Set<string>;
}

export class State {
  model: Model;
  focus: Spot | null = null;
  hover: Spot | null = null;
  /** The one that the Tab key leads to. */
  current: Spot | null = null;
  readonly hidden: Hidden = { kinds: new Set(), relations: new Set() };

  constructor(model: Model) {
    this.model = model;
  }

  sees = (spot: Spot): boolean => {
    if (spot.node.kind && this.hidden.kinds.has(spot.node.kind)) return false;
    // With relations hidden, what no shown relation reaches any more only clutters.
    return !this.hidden.relations.size || !spot.links.length || spot.links.some((line) => this.#carries(line));
  };

  #carries(line: Line): boolean {
    return line.edges.some(({ label }) => !this.hidden.relations.has(label));
  }

  /** Whether a line is drawn. */
  joins(line: Line): boolean {
    return this.#carries(line) && this.sees(line.from) && this.sees(line.to);
  }

  /** Whether a spot belongs to what is in focus; everything does when nothing is. */
  near(spot: Spot): boolean {
    const { focus } = this;
    return !focus || spot === focus || spot.links.some((line) => other(line, spot) === focus && this.joins(line));
  }

  /** What is seen and in focus. */
  shown(): Spot[] {
    return this.model.spots.filter((spot) => this.sees(spot) && this.near(spot));
  }

  /** The number of a kind's mark, by the rank of the kind; zero is the mark of all that have none of their own. */
  mark(kind: string | undefined): number {
    const index = this.model.kinds.findIndex(({ name }) => name === kind);
    return index < MARKS ? index + 1 : 0;
  }
}

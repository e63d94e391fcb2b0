/** The rows of an answer, sorted, filtered and in pages; what is shown of them is rows.ts's affair. */

import { numeric, type Term } from "../lib/terms.js";
import type { Cells } from "./read.js";

/** The text by which a term is sorted, filtered and copied. */
export type TextOf = (term: Term) => string;

export interface Sorting {
  readonly column: number;
  readonly descending: boolean;
}

const KINDS = { bnode: 0, uri: 1, literal: 2, triple: 3 } as const;
const DATES = /^http:\/\/www\.w3\.org\/2001\/XMLSchema#(?:date|dateTime|gYear|gYearMonth|time)$/;

export class Table {
  readonly columns: readonly string[];
  readonly rows: readonly Cells[];
  private readonly textOf: TextOf;
  private readonly collator: Intl.Collator;
  private sorting: Sorting | null = null;
  private wanted = "";
  private within: number | null = null;
  private at = 0;
  private long: number;
  private order: readonly number[];

  constructor(columns: readonly string[], rows: readonly Cells[], textOf: TextOf, language = "en", size = 100) {
    this.columns = columns;
    this.rows = rows;
    this.textOf = textOf;
    this.long = size;
    this.collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
    this.order = rows.map((_, at) => at);
  }

  /** Numbers of the rows that the filter lets through, in their order. */
  get found(): readonly number[] {
    return this.order;
  }

  get sorted(): Sorting | null {
    return this.sorting;
  }

  get page(): number {
    return this.at;
  }

  get pages(): number {
    return Math.max(1, Math.ceil(this.order.length / this.long));
  }

  get size(): number {
    return this.long;
  }

  /** The place of the first row that is shown, from 0. */
  get first(): number {
    return this.at * this.long;
  }

  /** The rows of the page. */
  get shown(): readonly Cells[] {
    return this.order.slice(this.first, this.first + this.long).map((at) => this.rows[at] as Cells);
  }

  goTo(page: number): void {
    this.at = Math.max(0, Math.min(page, this.pages - 1));
  }

  resize(size: number): void {
    const { first } = this;
    this.long = size;
    this.goTo(Math.floor(first / size));
  }

  /** Sort by a column: upwards, then downwards, then as the answer has it. */
  sortBy(column: number): void {
    const again = this.sorting?.column === column;
    if (again && this.sorting?.descending) this.sorting = null;
    else this.sorting = { column, descending: again };
    this.arrange();
  }

  /** Show only rows with a text in a column, or in any. */
  filter(text: string, column: number | null): void {
    this.wanted = text.trim().toLowerCase();
    this.within = column;
    this.arrange();
  }

  /** The names of terms have become known, by which rows are sorted and filtered. */
  refresh(): void {
    const { at } = this;
    this.arrange();
    this.goTo(at);
  }

  /** Whether all values of a column are numbers. */
  isNumeric(column: number): boolean {
    let any = false;
    for (const row of this.rows) {
      const term = row[column];
      if (!term) continue;
      if (numeric(term) === null) return false;
      any = true;
    }
    return any;
  }

  private arrange(): void {
    const all = this.rows.map((_, at) => at);
    const found = this.wanted ? all.filter((at) => this.fits(this.rows[at] ?? [])) : all;
    const { sorting } = this;
    if (sorting) {
      const keys = new Map(found.map((at) => [at, this.rows[at]?.[sorting.column]]));
      // Equal values stay in the order of the answer, upwards and downwards.
      found.sort((one, other) => this.compare(keys.get(one), keys.get(other), sorting.descending) || one - other);
    }
    this.order = found;
    this.at = 0;
  }

  private fits(row: Cells): boolean {
    const cells = this.within === null ? row : [row[this.within]];
    return cells.some((term) => term !== undefined && this.textOf(term).toLowerCase().includes(this.wanted));
  }

  /** What has no value comes last, whichever way. */
  private compare(one: Term | undefined, other: Term | undefined, descending: boolean): number {
    if (!one || !other) return Number(!one) - Number(!other);
    const order = compareTerms(one, other, this.textOf, this.collator);
    return descending ? -order : order;
  }

  /** The rows that the filter lets through, as tab-separated values that a spreadsheet takes. */
  copied(wholeOf: TextOf): string {
    const clean = (text: string) => text.replace(/[\t\r\n]+/g, " ");
    const lines = this.order.map((at) =>
      (this.rows[at] ?? []).map((term) => (term ? clean(wholeOf(term)) : "")).join("\t"),
    );
    return [this.columns.join("\t"), ...lines].join("\n");
  }
}

function compareTerms(one: Term, other: Term, textOf: TextOf, collator: Intl.Collator): number {
  if (one.type !== other.type) return KINDS[one.type] - KINDS[other.type];
  const [left, right] = [numeric(one), numeric(other)];
  if (left !== null && right !== null) return left - right;
  if (left !== null || right !== null) return left !== null ? -1 : 1;
  if (
    one.type === "literal" &&
    other.type === "literal" &&
    DATES.test(one.datatype ?? "") &&
    DATES.test(other.datatype ?? "")
  )
    return one.value < other.value ? -1 : one.value > other.value ? 1 : 0;
  return collator.compare(textOf(one), textOf(other));
}

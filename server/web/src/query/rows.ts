/** A table on the page: its tools, its rows a page at a time, and the buttons that turn the pages. */

import { announce, append, h } from "../lib/dom.js";
import { number, word } from "../lib/words.js";
import { cellOf, type Setting, searchedOf, wholeOf } from "./cells.js";
import { copyText } from "./clipboard.js";
import { irisIn, type Labels } from "./labels.js";
import type { Cells } from "./read.js";
import { Table } from "./table.js";

const SIZES = [50, 100, 250, 1000];
const TYPING_MILLISECONDS = 150;

let tables = 0;

export class RowsView {
  readonly host: HTMLElement;
  private readonly table: Table;
  private readonly setting: Setting;
  private readonly labels: Labels;
  private readonly head: HTMLTableRowElement;
  private readonly body = h("tbody");
  private readonly pager = h("nav", { class: "query-pager", "aria-label": word("editor_table") });
  private readonly count = h("p", { class: "meta", role: "status" });
  private readonly numeric: readonly boolean[];
  private named = true;

  constructor(columns: readonly string[], rows: readonly Cells[], setting: Setting, labels: Labels) {
    this.labels = labels;
    const { labelOf } = setting;
    this.setting = { ...setting, labelOf: (iri) => (this.named ? labelOf(iri) : null) };
    this.table = new Table(columns, rows, (term) => searchedOf(term, this.setting), setting.language);
    this.numeric = columns.map((_, at) => this.table.isNumeric(at));
    this.head = h("tr", {}, ...columns.map((name, at) => this.header(name, at)));
    const scroll = h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": word("editor_table_scroll") },
      h(
        "table",
        { class: "results" },
        h("caption", { class: "hidden" }, word("editor_table")),
        h("thead", {}, this.head),
        this.body,
      ),
    );
    this.host = h("div", { class: "query-table" }, this.tools(), scroll, this.pager);
    this.draw();
    void this.name();
  }

  private header(name: string, column: number): HTMLElement {
    const sort = h(
      "button",
      { type: "button", click: () => this.sort(column) },
      name,
      h("span", { "aria-hidden": "true" }),
    );
    sort.title = word("editor_sort", { column: name });
    return h("th", { scope: "col", class: this.numeric[column] ? "number" : null }, sort);
  }

  private tools(): HTMLElement {
    const id = `rows-${++tables}`;
    const filter = h("input", { type: "search", id: `${id}-filter`, autocomplete: "off", spellcheck: "false" });
    const within = h(
      "select",
      { "aria-label": word("editor_filter_column") },
      h("option", { value: "" }, word("editor_filter_all")),
      ...this.table.columns.map((name, at) => h("option", { value: at }, name)),
    );
    let timer = 0;
    const apply = () => {
      this.table.filter(filter.value, within.value === "" ? null : Number(within.value));
      this.draw();
    };
    filter.addEventListener("input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(apply, TYPING_MILLISECONDS);
    });
    within.addEventListener("change", apply);
    const names = h("input", { type: "checkbox", id: `${id}-names`, checked: true });
    names.addEventListener("change", () => {
      this.named = names.checked;
      this.table.refresh();
      this.draw();
    });
    const copy = h(
      "button",
      { type: "button", class: "quiet small", click: () => void this.copy() },
      word("editor_copy_table"),
    );
    return h(
      "div",
      { class: "query-tools" },
      h("label", { for: filter.id }, word("editor_filter")),
      filter,
      this.table.columns.length > 1 && within,
      this.count,
      h("span", { class: "query-check" }, names, h("label", { for: names.id }, word("editor_names"))),
      copy,
    );
  }

  private sort(column: number): void {
    this.table.sortBy(column);
    this.draw();
    const { sorted } = this.table;
    const name = this.table.columns[column] ?? "";
    announce(sorted ? `${word("editor_sort", { column: name })} ${sorted.descending ? "↓" : "↑"}` : "");
  }

  private async copy(): Promise<void> {
    const done = await copyText(this.table.copied((term) => wholeOf(term, this.setting.prefixes)));
    announce(done ? word("editor_copied_rows", { n: number(this.table.found.length) }) : word("editor_copy_failed"));
    this.count.textContent = done
      ? word("editor_copied_rows", { n: number(this.table.found.length) })
      : word("editor_copy_failed");
  }

  /** Ask for the names of what the page shows, then of the rest as far as it is little. */
  private async name(): Promise<void> {
    const all = function* (rows: readonly Cells[]) {
      for (const row of rows) yield* row;
    };
    const shown = await this.labels.load(irisIn(all(this.table.shown)));
    if (shown) this.draw();
    if (await this.labels.load(irisIn(all(this.table.rows)))) {
      this.table.refresh();
      this.draw();
    }
  }

  private turn(page: number, focus: string): void {
    this.table.goTo(page);
    this.draw();
    void this.labels.load(irisIn(this.table.shown.flat())).then((found) => found && this.draw());
    this.pager.querySelector<HTMLElement>(`[data-turn="${focus}"]`)?.focus();
  }

  private draw(): void {
    const { table } = this;
    this.head.querySelectorAll("th").forEach((cell, column) => {
      const mine = table.sorted?.column === column ? table.sorted : null;
      if (mine) cell.setAttribute("aria-sort", mine.descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
      const mark = cell.querySelector("span");
      if (mark) mark.textContent = mine ? (mine.descending ? " ↓" : " ↑") : " ↕";
    });
    this.body.replaceChildren(...table.shown.map((row) => this.row(row)));
    const filtered = table.found.length < table.rows.length;
    this.count.textContent = filtered
      ? word("editor_filtered", { n: number(table.found.length), all: number(table.rows.length) })
      : "";
    this.drawPager();
  }

  private row(cells: Cells): HTMLElement {
    return h(
      "tr",
      {},
      ...cells.map((term, at) => {
        const cell = h("td", { class: this.numeric[at] ? "number" : null });
        if (term) append(cell, ...cellOf(term, this.setting));
        else append(cell, h("span", { class: "unbound", title: word("editor_unbound") }, "–"));
        return cell;
      }),
    );
  }

  private drawPager(): void {
    const { table } = this;
    const { page, pages, first, size } = table;
    if (table.rows.length <= (SIZES[0] ?? 0)) {
      this.pager.replaceChildren();
      this.pager.hidden = true;
      return;
    }
    const focused = document.activeElement?.getAttribute("data-turn");
    const button = (name: string, text: string, to: number, label: string) =>
      h(
        "button",
        {
          type: "button",
          class: "quiet small",
          "aria-label": label,
          title: label,
          "data-turn": name,
          disabled: to === page || to < 0 || to >= pages,
          click: () => this.turn(to, name),
        },
        text,
      );
    const sizes = h(
      "select",
      { "aria-label": word("editor_size") },
      ...SIZES.map((each) => h("option", { value: each, selected: each === size }, number(each))),
    );
    sizes.addEventListener("change", () => {
      table.resize(Number(sizes.value));
      this.turn(table.page, "");
    });
    const shown = {
      from: number(Math.min(first + 1, table.found.length)),
      to: number(Math.min(first + size, table.found.length)),
    };
    this.pager.hidden = false;
    this.pager.replaceChildren(
      button("first", "«", 0, word("editor_first")),
      button("previous", "‹", page - 1, word("editor_previous")),
      h("span", { role: "status" }, word("editor_shown", { ...shown, n: number(table.found.length) })),
      button("next", "›", page + 1, word("editor_next")),
      button("last", "»", pages - 1, word("editor_last")),
      sizes,
    );
    if (focused) this.pager.querySelector<HTMLElement>(`[data-turn="${focused}"]`)?.focus();
  }
}

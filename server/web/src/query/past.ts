/** The list of queries that were asked here. */

import { h } from "../lib/dom.js";
import { language, number, word } from "../lib/words.js";
import type { History, Past } from "./history.js";
import { meaningful } from "./tokens.js";

/** A query in one line, without its prologue. */
export function gist(query: string): string {
  const first = meaningful(query).find(({ kind, text }) => kind === "word" && !/^(?:PREFIX|BASE|VERSION)$/i.test(text));
  return query
    .slice(first?.from ?? 0)
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 200);
}

export class PastView {
  readonly host: HTMLDetailsElement;
  private readonly list = h("ul", { class: "query-past" });
  private readonly clear: HTMLButtonElement;
  private readonly history: History;
  private readonly onChoose: (past: Past) => void;

  constructor(history: History, onChoose: (past: Past) => void) {
    this.history = history;
    this.onChoose = onChoose;
    this.clear = h("button", { type: "button", class: "quiet small" }, word("editor_history_clear"));
    let sure = false;
    const calm = () => {
      sure = false;
      this.clear.textContent = word("editor_history_clear");
    };
    this.clear.addEventListener("blur", calm);
    this.clear.addEventListener("click", () => {
      if (sure) {
        history.clear();
        calm();
        this.draw();
        this.host.querySelector("summary")?.focus();
      } else {
        sure = true;
        this.clear.textContent = word("editor_history_sure");
      }
    });
    this.host = h(
      "details",
      { class: "query-history" },
      h("summary", {}, h("h2", {}, word("editor_history"))),
      h("p", { class: "help" }, word("editor_history_help")),
      this.list,
      this.clear,
    );
    this.draw();
  }

  draw(): void {
    const { all } = this.history;
    this.clear.hidden = all.length === 0;
    this.list.replaceChildren(
      ...(all.length ? all.map((past) => this.item(past)) : [h("li", { class: "help" }, word("editor_history_none"))]),
    );
  }

  private item(past: Past): HTMLElement {
    const when = new Date(past.at);
    const time = new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(when);
    const rows =
      past.rows === null
        ? word("editor_history_failed")
        : past.rows === 1
          ? word("editor_rows_one")
          : word("editor_rows", { n: number(past.rows) });
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "query-chosen", click: () => this.onChoose(past) },
        h("code", {}, gist(past.query)),
        h("span", { class: "meta" }, h("time", { datetime: when.toISOString() }, time), ` · ${rows}`),
      ),
      h(
        "button",
        {
          type: "button",
          class: "quiet small",
          "aria-label": word("editor_history_delete"),
          title: word("editor_history_delete"),
          click: () => {
            this.history.remove(past.query);
            this.draw();
            this.host.querySelector("summary")?.focus();
          },
        },
        "×",
      ),
    );
  }
}

/** The answer on the page: how much it is, whether it was cut, its views, its downloads. */

import { h } from "../lib/dom.js";
import { root } from "../lib/sparql.js";
import { language, number, word } from "../lib/words.js";
import type { View as Drawn } from "../views/types.js";
import type { Answer } from "./ask.js";
import type { Setting } from "./cells.js";
import { copyText } from "./clipboard.js";
import { draw } from "./draw.js";
import { drawingsOf } from "./drawings.js";
import type { Labels } from "./labels.js";
import { RowsView } from "./rows.js";
import { writeTurtle } from "./turtle.js";

export type View = "table" | "text" | Drawn;

// Longer addresses are cut by proxies; then the query goes in the body of a form.
const LONGEST_ADDRESS = 6000;
const SHOWN_CHARACTERS = 200_000;
const FORMATS = {
  rows: [
    ["csv", "CSV"],
    ["tsv", "TSV"],
    ["json", "JSON"],
    ["xml", "XML"],
  ],
  triples: [
    ["turtle", "Turtle"],
    ["ntriples", "N-Triples"],
    ["jsonld", "JSON-LD"],
    ["rdfxml", "RDF/XML"],
  ],
} as const;

export class ResultView {
  readonly host: HTMLElement;
  private readonly title = h("h2", { id: "result-title", tabindex: -1 }, word("editor_result"));
  private readonly content = h("div", { class: "query-result-content" });
  private readonly setting: Setting;
  private readonly labels: Labels;
  private wanted: View | null;
  private shown: View | null = null;
  private serial = 0;
  private end = NOTHING;

  constructor(setting: Setting, labels: Labels, view: string | null) {
    this.setting = setting;
    this.labels = labels;
    this.wanted = view as View | null;
    this.host = h(
      "section",
      { class: "query-result", id: "result", "aria-labelledby": "result-title", hidden: true },
      this.title,
      this.content,
    );
  }

  /** The view that is shown; null where there is no answer. */
  get view(): View | null {
    return this.shown;
  }

  focus(): void {
    this.title.focus();
  }

  /** Show what is neither an answer nor nothing. */
  showNote(...content: readonly HTMLElement[]): void {
    this.clear();
    this.host.hidden = content.length === 0;
    this.content.replaceChildren(...content);
  }

  private clear(): void {
    this.serial++;
    this.shown = null;
    this.end();
    this.end = NOTHING;
  }

  show(answer: Answer, query: string): void {
    this.clear();
    this.labels.again();
    this.host.hidden = false;
    const parts: HTMLElement[] = [h("p", { class: "summary" }, summaryOf(answer))];
    if (answer.cut) {
      const n = number(answer.rows.length);
      parts.push(
        h(
          "p",
          { class: "banner query-cut", role: "alert" },
          word(answer.cut === "server" ? "editor_cut_server" : "editor_cut_page", { n }),
        ),
      );
    }
    if (answer.kind === "boolean") parts.push(...verdict(answer.verdict === true));
    else if (!answer.rows.length) parts.push(h("p", { class: "help" }, word("editor_none")));
    const tabs = h("div", { class: "query-views", role: "group", "aria-label": word("editor_views"), hidden: true });
    const stage = h("div", { class: "query-stage" });
    this.content.replaceChildren(...parts, tabs, stage, downloads(answer, query));
    if (answer.kind === "boolean" || !answer.rows.length) return;
    this.offer(this.choices(answer), tabs, stage);
  }

  private choices(answer: Answer): Choice[] {
    const table: Choice = [
      "table",
      (host) => void host.append(new RowsView(answer.columns, answer.rows, this.setting, this.labels).host),
    ];
    const drawn = drawingsOf(answer).map(
      (view): Choice => [view, (host) => draw(host, answer, view, this.setting, this.labels)],
    );
    if (answer.kind !== "triples") return [table, ...drawn];
    return [["text", (host) => void host.append(turtleView(answer, this.setting))], table, ...drawn];
  }

  /** Show buttons for views, and one of the views. */
  private offer(views: readonly Choice[], tabs: HTMLElement, stage: HTMLElement): void {
    const select = async ([view, show]: Choice) => {
      const serial = ++this.serial;
      this.shown = view;
      for (const each of tabs.children)
        each.setAttribute("aria-pressed", String(each.getAttribute("data-name") === view));
      this.end();
      const note = h("p", { class: "help" }, word("editor_view_drawing"));
      const host = h("div");
      stage.replaceChildren(note, host);
      try {
        const end = await show(host);
        // Another view, or another answer, may have been chosen meanwhile.
        if (serial === this.serial) this.end = end ?? NOTHING;
        else end?.();
      } catch (error) {
        host.replaceChildren(h("p", { class: "banner bad" }, word("editor_view_failed")));
        console.error(error);
      }
      note.remove();
    };
    tabs.hidden = views.length < 2;
    tabs.append(
      ...views.map((choice) => {
        const [view] = choice;
        const choose = () => {
          this.wanted = view;
          void select(choice);
        };
        const name = word(`editor_view_${view}`);
        return h("button", { type: "button", "data-name": view, "aria-pressed": "false", click: choose }, name);
      }),
    );
    const first = views.find(([view]) => view === this.wanted) ?? views[0];
    if (first) void select(first);
  }
}

/** A view, and what shows it in an element and returns what ends it. */
type Choice = readonly [View, (host: HTMLElement) => void | Promise<() => void>];

const NOTHING = () => {};

/** How many rows, and how long it took. */
export function summaryOf({ kind, rows, milliseconds, cut }: Answer): string {
  const seconds = word("editor_seconds", {
    n: new Intl.NumberFormat(language(), { maximumSignificantDigits: 2 }).format(milliseconds / 1000),
  });
  if (kind === "boolean") return seconds;
  const name = kind === "rows" ? "editor_rows" : "editor_triples";
  const counted =
    rows.length === 1 ? word(`${name}_one`) : word(name, { n: `${cut ? "> " : ""}${number(rows.length)}` });
  return `${counted} · ${seconds}`;
}

function verdict(yes: boolean): HTMLElement[] {
  return [
    h("p", { class: `verdict ${yes ? "yes" : "no"}` }, word(yes ? "editor_yes" : "editor_no")),
    h("p", { class: "help" }, word(yes ? "editor_ask_yes" : "editor_ask_no")),
  ];
}

function turtleView(answer: Answer, setting: Setting): HTMLElement {
  const text = writeTurtle(answer.rows, setting.prefixes);
  const cut = text.length > SHOWN_CHARACTERS;
  const shown = cut ? text.slice(0, text.lastIndexOf("\n", SHOWN_CHARACTERS)) : text;
  const said = h("span", { class: "meta", role: "status" });
  const copy = h(
    "button",
    {
      type: "button",
      class: "quiet small",
      click: async () => {
        said.textContent = word((await copyText(text)) ? "editor_copied" : "editor_copy_failed");
      },
    },
    word("editor_copy"),
  );
  return h(
    "div",
    {},
    h("div", { class: "query-tools" }, copy, said),
    cut && h("p", { class: "banner" }, word("text_cut")),
    h(
      "pre",
      { class: "turtle", tabindex: 0, role: "region", "aria-label": word("editor_view_text") },
      h("code", {}, shown),
    ),
  );
}

/** Links to the whole answer, in each format that the server writes. */
function downloads({ kind }: Answer, query: string): HTMLElement {
  const formats = FORMATS[kind === "triples" ? "triples" : "rows"];
  const address = (format: string) => `${root()}/sparql?${new URLSearchParams({ query, format })}`;
  const long = address("ntriples").length > LONGEST_ADDRESS;
  const links = formats.map(([format, name]) =>
    long
      ? h(
          "form",
          { action: `${root()}/sparql`, method: "post", target: "_blank" },
          h("input", { type: "hidden", name: "query", value: query }),
          h("button", { type: "submit", class: "quiet small", name: "format", value: format }, name),
        )
      : h("a", { href: address(format), download: "", class: "button quiet small" }, name),
  );
  return h(
    "p",
    { class: "query-downloads" },
    h("span", {}, `${word("editor_downloads")} `, h("span", { class: "meta" }, `(${word("editor_downloads_note")})`)),
    ...links,
  );
}

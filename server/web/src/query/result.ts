/** The answer on the page: how much it is, whether it was cut, its views, its downloads. */

import { h } from "../lib/dom.js";
import { root } from "../lib/sparql.js";
import { language, number, word } from "../lib/words.js";
import type { Answer } from "./ask.js";
import type { Setting } from "./cells.js";
import { copyText } from "./clipboard.js";
import { type Drawing, drawingsOf } from "./drawings.js";
import type { Labels } from "./labels.js";
import { RowsView } from "./rows.js";
import { writeTurtle } from "./turtle.js";

export type View = "table" | "text" | Drawing["view"];

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
    this.serial++;
    this.shown = null;
    this.host.hidden = content.length === 0;
    this.content.replaceChildren(...content);
  }

  show(answer: Answer, query: string): void {
    const serial = ++this.serial;
    this.labels.again();
    this.host.hidden = false;
    this.shown = null;
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
    const views = this.ownViews(answer);
    this.offer(views, tabs, stage);
    drawingsOf(answer, this.setting).then(
      (drawings) => {
        // Another answer may have come meanwhile.
        if (serial !== this.serial || !drawings.length) return;
        const more = drawings.map(({ view, draw }): Choice => [view, (host) => draw(host)]);
        this.offer([...views, ...more], tabs, stage);
      },
      (error: unknown) => console.error(word("editor_view_failed"), error),
    );
  }

  private ownViews(answer: Answer): Choice[] {
    const table: Choice = [
      "table",
      (host) => void host.append(new RowsView(answer.columns, answer.rows, this.setting, this.labels).host),
    ];
    if (answer.kind !== "triples") return [table];
    return [["text", (host) => void host.append(turtleView(answer, this.setting))], table];
  }

  /** Show buttons for views, and one of the views. */
  private offer(views: readonly Choice[], tabs: HTMLElement, stage: HTMLElement): void {
    const select = async (view: View, draw: Choice[1]) => {
      this.shown = view;
      for (const each of tabs.children)
        each.setAttribute("aria-pressed", String(each.getAttribute("data-name") === view));
      stage.replaceChildren();
      try {
        await draw(stage);
      } catch (error) {
        stage.replaceChildren(h("p", { class: "banner bad" }, word("editor_view_failed")));
        console.error(error);
      }
    };
    const focused = document.activeElement?.getAttribute("data-name");
    tabs.hidden = views.length < 2;
    tabs.replaceChildren(
      ...views.map(([view, draw]) => {
        const choose = () => {
          this.wanted = view;
          void select(view, draw);
        };
        return h(
          "button",
          { type: "button", "data-name": view, "aria-pressed": "false", click: choose },
          word(`editor_view_${view}`),
        );
      }),
    );
    const first =
      views.find(([view]) => view === this.wanted) ?? views.find(([view]) => view === this.shown) ?? views[0];
    if (first && first[0] !== this.shown) void select(...first);
    else
      for (const each of tabs.children)
        each.setAttribute("aria-pressed", String(each.getAttribute("data-name") === this.shown));
    if (focused) tabs.querySelector<HTMLElement>(`[data-name="${focused}"]`)?.focus();
  }
}

type Choice = readonly [View, (host: HTMLElement) => void | Promise<void>];

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

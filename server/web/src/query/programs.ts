/** The same question from a program: one language at a time, with a button that copies it. */

import { h } from "../lib/dom.js";
import { word } from "../lib/words.js";
import { copyText } from "./clipboard.js";
import { LANGUAGES, type Language, snippet } from "./snippets.js";

export class Programs {
  readonly host: HTMLDetailsElement;
  private readonly code = h("code");
  private readonly said = h("span", { class: "meta", role: "status" });
  private readonly endpoint: string;
  private readonly query: () => string;
  private language: Language = "curl";

  constructor(endpoint: string, query: () => string) {
    this.endpoint = endpoint;
    this.query = query;
    const tabs = h("div", { class: "query-views", role: "group", "aria-label": word("editor_snippets_language") });
    tabs.append(
      ...LANGUAGES.map(([language, name]) =>
        h(
          "button",
          {
            type: "button",
            "data-name": language,
            "aria-pressed": String(language === this.language),
            click: () => {
              this.language = language;
              for (const each of tabs.children)
                each.setAttribute("aria-pressed", String(each.getAttribute("data-name") === language));
              this.update();
            },
          },
          name,
        ),
      ),
    );
    const copy = h(
      "button",
      { type: "button", class: "quiet small", click: () => void this.copy() },
      word("editor_copy"),
    );
    this.host = h(
      "details",
      { class: "query-programs", toggle: () => this.update() },
      h("summary", {}, h("h2", {}, word("editor_snippets"))),
      tabs,
      h("pre", { tabindex: 0, role: "region", "aria-label": word("editor_snippets") }, this.code),
      h("div", { class: "query-tools" }, copy, this.said),
    );
  }

  /** The query has changed. */
  update(): void {
    if (!this.host.open) return;
    this.said.textContent = "";
    this.code.textContent = snippet(this.language, { endpoint: this.endpoint, query: this.query() });
  }

  private async copy(): Promise<void> {
    this.said.textContent = word(
      (await copyText(this.code.textContent ?? "")) ? "editor_copied" : "editor_copy_failed",
    );
  }
}

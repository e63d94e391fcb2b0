/** What can be said of a query before it is asked, below the editor: each with its place, and what would mend it. */

import { h } from "../lib/dom.js";
import { word } from "../lib/words.js";
import type { Editor, Remark } from "./editor.js";
import type { Hint } from "./lint.js";

const SHOWN = 4;

/** A hint in words. */
export function hintText(hint: Hint): string {
  const near = hint.kind !== "unknown-prefix" && hint.near ? ` ${word("editor_hint_near", { near: hint.near })}` : "";
  const name = {
    "unknown-prefix": "editor_hint_prefix",
    "unknown-term": "editor_hint_term",
    unfilled: "editor_hint_unfilled",
  }[hint.kind];
  return word(name, { name: hint.name }) + near;
}

export function remarkOf(hint: Hint): Remark {
  return { from: hint.from, to: hint.to, severity: "warning", message: hintText(hint) };
}

/** Show hints as a list. */
export function showHints(list: HTMLElement, hints: readonly Hint[], text: string, editor: Editor): void {
  list.hidden = !hints.length;
  list.replaceChildren(
    ...hints.slice(0, SHOWN).map((hint) => {
      const before = text.slice(0, hint.from).split("\n");
      const place = { line: before.length, column: [...(before[before.length - 1] ?? "")].length + 1 };
      const near = hint.kind === "unknown-prefix" ? null : hint.near;
      return h(
        "li",
        {},
        h("button", { type: "button", class: "link", click: () => editor.goTo(hint.from) }, word("editor_line", place)),
        ": ",
        hintText(hint),
        near && " ",
        near &&
          h(
            "button",
            { type: "button", class: "quiet small", click: () => editor.replace(hint.from, hint.to, near) },
            word("editor_hint_use", { near }),
          ),
      );
    }),
  );
}

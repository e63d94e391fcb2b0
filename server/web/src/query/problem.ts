/** What went wrong, in words: the name of the problem, what to do, where, and what the server says. */

import { h } from "../lib/dom.js";
import type { Problem } from "../lib/sparql.js";
import { language, word } from "../lib/words.js";
import type { Config } from "./config.js";
import { tokens } from "./tokens.js";

/** Offsets of the part of a text that a line and a column, both from 1 and in characters, point to. */
export function placeOf(text: string, line: number, column: number): { readonly from: number; readonly to: number } {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  // The server counts characters, the editor halves of those beyond the first plane.
  const within = [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
  const from = Math.min(before + within, text.length);
  const token = tokens(text).find((each) => each.to > from && each.from <= from);
  const to = token ? token.to : Math.min(from + 1, text.length);
  // At the end of the text, the last character is what can be marked.
  return from >= text.length ? { from: Math.max(0, text.length - 1), to: text.length } : { from, to };
}

/** A problem on the page; `goTo` is called with a place in the query. */
export function problemView(
  problem: Problem,
  config: Config,
  goTo: (line: number, column: number) => void,
): HTMLElement {
  const slug = problem.type?.split("#").pop() ?? "";
  const [title, advice] = config.advice[slug] ?? [problem.title, ""];
  const { line, column } = problem;
  const place =
    line && column
      ? h(
          "button",
          { type: "button", class: "quiet small", click: () => goTo(line, column) },
          word("editor_goto", { line, column }),
        )
      : null;
  const retry = problem.retryAfter ? ` ${word("editor_retry", { seconds: problem.retryAfter })}` : "";
  return h(
    "div",
    { class: "banner bad query-problem", role: "alert" },
    h("p", {}, h("strong", {}, title), " ", advice, retry),
    problem.detail &&
      h(
        "p",
        { class: "meta" },
        `${word("editor_said_by_server")} `,
        h("span", { lang: language() === "en" ? null : "en" }, problem.detail),
      ),
    place && h("p", {}, place),
  );
}

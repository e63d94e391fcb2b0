/** The editor: CodeMirror in a shadow root, where its styles are sheets that the page's policy permits. */

import {
  acceptCompletion,
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentUnit } from "@codemirror/language";
import { type Diagnostic, forEachDiagnostic, lintGutter, nextDiagnostic, setDiagnostics } from "@codemirror/lint";
import { EditorSelection, EditorState, Prec, type Transaction, type TransactionSpec } from "@codemirror/state";
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { sparql } from "codemirror-lang-sparql";
import { h } from "../lib/dom.js";
import type { Prefixes } from "../lib/terms.js";
import { word } from "../lib/words.js";
import { type Search, type Suggestion, suggest } from "./complete.js";
import { type Explained, explain } from "./explain.js";
import { formatQuery } from "./format.js";
import { insertion, missing } from "./prefixes.js";
import { theme } from "./theme.js";
import { tokens } from "./tokens.js";
import type { Vocabulary } from "./vocabulary.js";

export interface Options {
  readonly text: string;
  readonly label: string;
  readonly help: string;
  readonly prefixes: Prefixes;
  readonly vocabulary: () => Vocabulary;
  readonly search: Search;
  readonly describe: (explained: Explained) => Promise<HTMLElement>;
  readonly onRun: () => void;
  readonly onChange: (text: string) => void;
  /** The word at the cursor is to be explained to somebody who has no pointer. */
  readonly onExplain: (explained: Explained | null) => void;
}

/** A remark on a part of the text. */
export interface Remark {
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning";
  readonly message: string;
}

export class Editor {
  readonly host: HTMLElement;
  private readonly view: EditorView;
  private readonly options: Options;

  constructor(options: Options) {
    this.options = options;
    this.host = h("div", { class: "query-editor" });
    const shadow = this.host.attachShadow({ mode: "open", delegatesFocus: true });
    // What describes the editor has to stand in the same tree as it.
    const help = h("p", { id: "help", hidden: true }, options.help);
    shadow.append(help);
    this.view = new EditorView({
      root: shadow,
      parent: shadow,
      state: EditorState.create({ doc: options.text, extensions: this.extensions() }),
    });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Replace the text; it can be undone. */
  set text(text: string) {
    const { state } = this.view;
    if (text === this.text) return;
    const at = Math.min(state.selection.main.head, text.length);
    this.view.dispatch({
      changes: { from: 0, to: state.doc.length, insert: text },
      selection: { anchor: at },
    });
  }

  focus(): void {
    this.view.focus();
  }

  /** Lay the text out. */
  format(): void {
    this.text = formatQuery(this.text);
  }

  /** Replace a part of the text, and go there. */
  replace(from: number, to: number, insert: string): void {
    this.view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: from + insert.length },
      scrollIntoView: true,
    });
    this.view.focus();
  }

  /** Go to a place in the text. */
  goTo(at: number): void {
    this.view.dispatch({ selection: { anchor: Math.min(at, this.view.state.doc.length) }, scrollIntoView: true });
    this.view.focus();
  }

  /** Show remarks, in place of those that were shown. */
  remark(remarks: readonly Remark[]): void {
    const { length } = this.view.state.doc;
    const shown = remarks.map(({ from, to, severity, message }): Diagnostic => {
      const start = Math.min(from, length);
      return { from: start, to: Math.max(start, Math.min(to, length)), severity, message };
    });
    let any = shown.length > 0;
    forEachDiagnostic(this.view.state, () => {
      any = true;
    });
    if (any) this.view.dispatch(setDiagnostics(this.view.state, shown));
  }

  private extensions() {
    const { options } = this;
    const run = () => {
      options.onRun();
      return true;
    };
    return [
      lineNumbers(),
      lintGutter(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      history(),
      bracketMatching(),
      closeBrackets(),
      indentUnit.of("  "),
      EditorState.tabSize.of(2),
      EditorView.lineWrapping,
      sparql(),
      theme,
      EditorState.phrases.of({ Completions: word("editor_completions") }),
      autocompletion({
        override: [(context) => this.complete(context)],
        icons: false,
        // A list that scrolled would have to be reached by Tab, which is for accepting.
        maxRenderedOptions: 12,
        closeOnBlur: true,
        addToOptions: [{ render: kindOf, position: 90 }],
        optionClass: ({ type }) => type ?? "",
      }),
      hoverTooltip((view, at) => this.hover(view, at), { hideOnChange: true }),
      EditorState.transactionFilter.of((transaction) => this.declare(transaction)),
      EditorView.contentAttributes.of({
        "aria-label": options.label,
        "aria-describedby": "help",
        "aria-multiline": "true",
        tabindex: "0",
        spellcheck: "false",
        autocapitalize: "off",
        autocorrect: "off",
      }),
      EditorView.domEventHandlers({ beforeinput: typeOver }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) {
          update.view.setTabFocusMode(false);
          options.onChange(this.text);
        } else if (update.focusChanged && !update.view.hasFocus) update.view.setTabFocusMode(false);
      }),
      Prec.highest(
        keymap.of([
          { key: "Mod-Enter", run },
          { key: "Mod-i", run: () => this.explainCursor() },
          { key: "Shift-Alt-f", run: () => this.formatKey() },
          { key: "F8", run: nextDiagnostic },
        ]),
      ),
      keymap.of([
        ...closeBracketsKeymap,
        ...completionKeymap,
        { key: "Tab", run: acceptCompletion },
        { key: "Escape", run: (view) => leaveByTab(view) },
        indentWithTab,
        ...historyKeymap,
        ...defaultKeymap,
      ]),
    ];
  }

  private formatKey(): boolean {
    this.format();
    return true;
  }

  private async complete(context: CompletionContext): Promise<CompletionResult | null> {
    const text = context.state.doc.toString();
    const typed = context.matchBefore(/[\p{L}\p{N}_?$:.-]+/u);
    if (!context.explicit && !typed) return null;
    const { vocabulary, search } = this.options;
    const waiting = new AbortController();
    context.addEventListener("abort", () => waiting.abort(), { onDocChange: true });
    const found = await suggest(text, context.pos, vocabulary(), (wanted) =>
      waiting.signal.aborted ? Promise.resolve([]) : search(wanted),
    );
    if (!found || context.aborted) return null;
    return { from: found.from, to: found.to, filter: false, options: found.found.map((each) => this.option(each)) };
  }

  private option(suggestion: Suggestion): Completion {
    const { label, detail, info, lang, kind } = suggestion;
    return {
      label,
      type: kind,
      ...(detail ? { detail } : {}),
      ...(info && kind !== "function" ? { info: () => h("p", { lang: lang ?? null }, info) } : {}),
      apply: (view, _completion, from, to) => view.dispatch(this.insertion(view.state, suggestion, from, to)),
    };
  }

  private insertion(state: EditorState, { insert, kind }: Suggestion, from: number, to: number): TransactionSpec {
    const indent = /^\s*/.exec(state.doc.lineAt(from).text)?.[0] ?? "";
    const snippet = kind === "keyword" || kind === "function";
    const text = snippet ? insert.replaceAll("\n", `\n${indent}`) : insert;
    const cursor = snippet && text.includes("$") ? text.indexOf("$") : text.length;
    const written = snippet ? text.replace("$", "") : text;
    const prefix = snippet || kind === "prefix" || insert.startsWith("<") ? null : insert.slice(0, insert.indexOf(":"));
    const whole = state.doc.toString();
    const line = prefix ? insertion(whole, [prefix], this.options.prefixes) : null;
    const changes = [{ from, to, insert: written }];
    if (line) changes.unshift({ from: line.at, to: line.at, insert: line.text });
    const set = state.changes(changes);
    // Where a line above makes the text longer, the cursor is that much further.
    const shift = line && line.at <= from ? line.text.length : 0;
    return {
      changes: set,
      selection: EditorSelection.cursor(from + shift + cursor),
      scrollIntoView: true,
      userEvent: "input.complete",
    };
  }

  /** A prefix that is typed, or pasted, gets its PREFIX line in the same step. */
  private declare(transaction: Transaction): Transaction | readonly TransactionSpec[] {
    if (!transaction.docChanged || !(transaction.isUserEvent("input.type") || transaction.isUserEvent("input.paste")))
      return transaction;
    const text = transaction.newDoc.toString();
    let wanted = missing(text, this.options.prefixes);
    if (transaction.isUserEvent("input.type")) {
      const at = transaction.newSelection.main.head;
      const token = tokens(text).find((each) => each.from < at && at <= each.to);
      if (token?.kind !== "pname" || text[at - 1] !== ":") return transaction;
      wanted = wanted.filter((prefix) => `${prefix}:` === token.text.slice(0, at - token.from));
    }
    const change = insertion(text, wanted, this.options.prefixes);
    if (!change) return transaction;
    return [transaction, { changes: { from: change.at, insert: change.text }, sequential: true }];
  }

  private async hover(view: EditorView, at: number) {
    const { vocabulary, prefixes, describe } = this.options;
    const found = explain(view.state.doc.toString(), at, vocabulary(), prefixes);
    if (!found) return null;
    const dom = await describe(found);
    return { pos: found.from, end: found.to, above: true, create: () => ({ dom }) };
  }

  private explainCursor(): boolean {
    const { vocabulary, prefixes, onExplain } = this.options;
    onExplain(explain(this.text, this.view.state.selection.main.head, vocabulary(), prefixes));
    return true;
  }
}

/**
 * What is typed over a selection. The browser would give it the style of what stood there, as an attribute that the
 * page's policy forbids.
 */
function typeOver(event: InputEvent, view: EditorView): boolean {
  const { main } = view.state.selection;
  const { data } = event;
  if (event.inputType !== "insertText" || !data || main.empty || view.composing) return false;
  const replace = () => view.state.update(view.state.replaceSelection(data), { userEvent: "input.type" });
  const handlers = view.state.facet(EditorView.inputHandler);
  if (!handlers.some((handle) => handle(view, main.from, main.to, data, replace))) view.dispatch(replace());
  event.preventDefault();
  return true;
}

/** Escape, when there is nothing to close: from now on Tab leaves the editor, until something is typed. */
function leaveByTab(view: EditorView): boolean {
  if (completionStatus(view.state)) return false;
  view.setTabFocusMode(true);
  return false;
}

function kindOf({ type }: Completion): Node {
  return h("span", { class: "kind" }, word(`editor_kind_${type ?? "keyword"}`));
}

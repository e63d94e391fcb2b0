/** The query page: puts an editor in the place of its field, and answers below it. */

import { find, h } from "../lib/dom.js";
import { Refused, root } from "../lib/sparql.js";
import { language, number, word } from "../lib/words.js";
import { type Answer, askQuery } from "./ask.js";
import type { Setting } from "./cells.js";
import { copyText } from "./clipboard.js";
import { type Config, readConfig } from "./config.js";
import { Editor } from "./editor.js";
import { entitySearch } from "./entities.js";
import type { Explained } from "./explain.js";
import { enableForm } from "./form.js";
import { browserStore, History } from "./history.js";
import { Labels } from "./labels.js";
import { type Hint, hints } from "./lint.js";
import { PastView } from "./past.js";
import { placeOf, problemView } from "./problem.js";
import { Programs } from "./programs.js";
import { remarkOf, showHints } from "./remarks.js";
import { ResultView, summaryOf } from "./result.js";
import { linkTo, readLink } from "./share.js";
import { NO_VOCABULARY, type Vocabulary } from "./vocabulary.js";

const LINT_MILLISECONDS = 400;
const TICK_MILLISECONDS = 250;

class QueryPage {
  private readonly config: Config;
  private readonly editor: Editor;
  private readonly result: ResultView;
  private readonly history: History;
  private readonly past: PastView;
  private readonly programs: Programs;
  private readonly labels = new Labels(language());
  private readonly status = h("p", { class: "query-status", role: "status" });
  private readonly said = h("p", { class: "query-said", role: "status" });
  private readonly list = h("ul", { class: "query-hints", hidden: true });
  private readonly run_: HTMLButtonElement;
  private readonly stop_ = h("button", { type: "button", class: "quiet stop", hidden: true }, word("editor_stop"));
  private readonly formChanged: () => void;
  private vocabulary: Vocabulary = NO_VOCABULARY;
  private running: AbortController | null = null;
  private found: readonly Hint[] = [];
  private timer = 0;

  constructor(form: HTMLFormElement, field: HTMLTextAreaElement, button: HTMLButtonElement, config: Config) {
    this.config = config;
    this.run_ = button;
    this.history = new History(browserStore(), `query:${root()}`);
    const shared = readLink(location.href);
    const search = entitySearch(this.labels);
    const setting: Setting = {
      base: config.base,
      root: root(),
      language: language(),
      prefixes: config.prefixes,
      labelOf: (iri) => this.labels.get(iri),
    };
    this.editor = new Editor({
      text: shared?.query ?? (config.given ? field.value : (this.history.draft ?? field.value)),
      label: word("editor_query"),
      help: word("editor_keys"),
      prefixes: config.prefixes,
      vocabulary: () => this.vocabulary,
      search,
      describe: (explained) => this.describe(explained),
      onRun: () => void this.run(),
      onChange: () => this.changed(),
      onExplain: (explained) => void this.say(explained),
    });
    this.result = new ResultView(setting, this.labels, shared?.view ?? config.view);
    this.past = new PastView(this.history, ({ query }) => this.open(query));
    this.programs = new Programs(config.endpoint, () => this.editor.text);
    this.build(form, field);
    this.formChanged = enableForm(this.editor, () => void this.run(), config, search, this.labels);
    void this.loadVocabulary();
    this.lint();
    // A link that names a view wants its answer to be seen.
    if (shared?.view) void this.run();
  }

  /** Put the page's parts where the server left places for them. */
  private build(form: HTMLFormElement, field: HTMLTextAreaElement): void {
    field.before(this.editor.host);
    field.hidden = true;
    field.disabled = true;
    const label = find('label[for="query"]', HTMLLabelElement, form);
    label?.addEventListener("click", () => this.editor.focus());
    form.querySelector(".query-plain")?.remove();
    const actions = find(".actions", HTMLElement, form);
    const small = (name: string, click: () => void) =>
      h("button", { type: "button", class: "quiet", click }, word(name));
    this.run_.title = "Ctrl+Enter";
    this.stop_.addEventListener("click", () => this.stop());
    this.run_.after(
      this.stop_,
      small("editor_format", () => this.editor.format()),
      small("editor_share", () => void this.share()),
    );
    actions?.after(this.status, this.said, this.list, h("p", { class: "help query-keys" }, word("editor_keys")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run();
    });
    form.after(this.result.host, this.programs.host);
    const side = find(".query-side", HTMLElement);
    if (side) side.append(this.past.host);
    else this.programs.host.after(this.past.host);
    const list = find(".query-questions", HTMLUListElement);
    const current = list && find("[aria-current]", HTMLAnchorElement, list);
    if (list && current) list.scrollTop = current.offsetTop - list.clientHeight / 3;
    addEventListener("pagehide", () => this.keepDraft());
    // A link to another query on the same page loads nothing anew.
    addEventListener("hashchange", () => {
      const shared = readLink(location.href);
      if (shared && location.hash.length > 1) this.open(shared.query);
    });
    addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
        event.preventDefault();
        void this.run();
      }
    });
  }

  private async loadVocabulary(): Promise<void> {
    try {
      const response = await fetch(`${root()}/query/completion.json?lang=${language()}`);
      if (!response.ok) return;
      this.vocabulary = (await response.json()) as Vocabulary;
    } catch {
      // The editor works without; running a query will tell what is wrong with the network.
      return;
    }
    const { classes, properties } = this.vocabulary;
    for (const { name, label, lang } of [...classes, ...properties]) {
      const colon = name.indexOf(":");
      const namespace = this.vocabulary.prefixes[name.slice(0, colon)];
      if (label && namespace) this.labels.set(namespace + name.slice(colon + 1), { text: label, lang: lang ?? null });
    }
    this.lint();
  }

  private changed(): void {
    this.said.textContent = "";
    this.programs.update();
    this.formChanged();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.keepDraft();
      this.lint();
    }, LINT_MILLISECONDS);
  }

  private keepDraft(): void {
    this.history.draft = this.editor.text;
  }

  private lint(): void {
    const { text } = this.editor;
    const declared = Object.fromEntries(this.config.declared.map((name) => [name, this.config.prefixes[name] ?? ""]));
    this.found = hints(text, this.vocabulary, declared);
    this.editor.remark(this.found.map(remarkOf));
    showHints(this.list, this.found, text, this.editor);
  }

  /** Open a query in the editor; what stood there can be had again by undoing. */
  private open(query: string): void {
    this.editor.text = query;
    this.editor.focus();
  }

  private async share(): Promise<void> {
    const link = linkTo(this.config.page, { query: this.editor.text, view: this.result.view }, language());
    this.said.textContent = word((await copyText(link)) ? "editor_copied" : "editor_copy_failed");
  }

  private stop(): void {
    this.running?.abort();
  }

  private async run(): Promise<void> {
    const query = this.editor.text;
    if (!query.trim()) {
      this.editor.focus();
      return;
    }
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    const begun = performance.now();
    let phase = "";
    const tick = () => {
      const seconds = Math.floor((performance.now() - begun) / 1000);
      this.status.textContent = phase || word("editor_running", { seconds: number(seconds) });
    };
    const ticking = window.setInterval(tick, TICK_MILLISECONDS);
    tick();
    this.status.classList.add("busy");
    this.stop_.hidden = false;
    this.said.textContent = "";
    this.remember();
    try {
      const answer = await askQuery(query, this.config, running.signal, () => {
        phase = word("editor_loading");
        tick();
      });
      this.answered(query, answer);
    } catch (error) {
      if (running.signal.aborted) {
        if (this.running === running) this.status.textContent = word("editor_stopped");
      } else this.failed(query, error);
    } finally {
      clearInterval(ticking);
      if (this.running === running) {
        this.running = null;
        this.status.classList.remove("busy");
        // A button that goes takes the focus with it.
        if (document.activeElement === this.stop_) this.run_.focus();
        this.stop_.hidden = true;
      }
    }
  }

  private answered(query: string, answer: Answer): void {
    const to = h("a", { href: "#result" }, word("editor_to_result"));
    to.addEventListener("click", (event) => {
      event.preventDefault();
      this.result.focus();
    });
    this.status.replaceChildren(`${summaryOf(answer)} · `, to);
    this.result.show(answer, query);
    this.keep(query, answer.verdict === null ? answer.rows.length : 1);
  }

  private failed(query: string, error: unknown): void {
    this.keep(query, null);
    this.status.textContent = "";
    if (!(error instanceof Refused)) {
      console.error(error);
      this.result.showNote(h("p", { class: "banner bad", role: "alert" }, word("editor_failed")));
      return;
    }
    const { problem } = error;
    const goTo = (line: number, column: number) => this.editor.goTo(placeOf(this.editor.text, line, column).from);
    this.result.showNote(problemView(problem, this.config, goTo));
    if (problem.line && problem.column && this.editor.text === query) {
      const { from, to } = placeOf(query, problem.line, problem.column);
      const mark = { from, to, severity: "error" as const, message: problem.detail || problem.title };
      this.editor.remark([mark, ...this.found.map(remarkOf)]);
    }
  }

  private keep(query: string, rows: number | null): void {
    this.history.add({ query, at: Date.now(), rows });
    this.past.draw();
  }

  /** Keep what is asked in the address, so that it can be reloaded and gone back to. */
  private remember(): void {
    this.keepDraft();
    const link = new URL(linkTo(this.config.page, { query: this.editor.text, view: null }, language()));
    // The page of a saved question keeps its own address, and its form.
    if (!this.config.parameters.length) history.replaceState(null, "", `${root()}/query${link.search}${link.hash}`);
  }

  /** What a word is, as an element. */
  private async describe(explained: Explained): Promise<HTMLElement> {
    const { kind, name, iri, text, uses } = explained;
    let { label, lang } = explained;
    if (!label && iri && kind === "entity") {
      await this.labels.load([iri]);
      const found = this.labels.get(iri);
      label = found?.text;
      lang = found?.lang ?? undefined;
    }
    const counted =
      uses === undefined
        ? null
        : uses === 0
          ? word("editor_uses_none")
          : kind === "class"
            ? word("editor_uses_class", { n: number(uses) })
            : kind === "variable"
              ? word("editor_uses_variable", { n: number(uses) })
              : kind === "graph"
                ? word("editor_triples", { n: number(uses) })
                : word("editor_uses_property", { n: number(uses) });
    return h(
      "div",
      { class: "explained" },
      h("p", { class: "label", lang: lang ?? null }, label ?? name),
      h("p", { class: "name" }, label ? `${name} · ` : "", word(`editor_kind_${kind}`)),
      text && h("p", { lang: lang ?? null }, text),
      iri && !label && h("p", { class: "name" }, iri),
      counted && h("p", { class: "uses" }, counted),
    );
  }

  private async say(explained: Explained | null): Promise<void> {
    if (!explained) {
      this.said.textContent = word("editor_unexplained");
      return;
    }
    const parts = await this.describe(explained);
    this.said.textContent = [...parts.children].map((each) => each.textContent).join(" · ");
  }
}

function start(): void {
  const form = find("form.query-form", HTMLFormElement);
  const field = find("#query", HTMLTextAreaElement);
  const button = find("form.query-form button[type=submit]", HTMLButtonElement);
  const config = readConfig();
  if (form && field && button && config) new QueryPage(form, field, button, config);
}

start();

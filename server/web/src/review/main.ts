/** The review page: what is shown now, what was decided, and the keys. */

import { announce, find, h, readData } from "../lib/dom.js";
import { language, number, word } from "../lib/words.js";
import { drawCard, focusSlot, openSlots, type Slot, slotAt } from "./card.js";
import { chooseEntity, chooseMerge, makeEntity, showConflict } from "./dialogs.js";
import { actionButton, chooseKeys, drawCheck, drawList, drawProgress, drawTools, keysOff, part } from "./panels.js";
import { Server } from "./server.js";
import { drawText, selected } from "./text.js";
import {
  copyDraft,
  decisionOf,
  type Issue,
  type Named,
  type NewEntity,
  named,
  type Proposal,
  type View,
  type Work,
  workOf,
} from "./types.js";

class Review {
  #view: View;
  #current = "";
  #own: Work | null = null;
  readonly #works = new Map<string, Work>();
  readonly #labels = new Map<string, Named>();
  #problems: readonly Issue[] = [];
  #message = "";
  #busy = false;
  readonly #text = part("text");
  readonly #card = part("deciding");
  readonly #server = new Server();

  constructor(view: View) {
    this.#view = view;
    this.#learn(view.blocks);
    this.#current = this.#open()[0]?.id ?? view.proposals[0]?.id ?? "";
  }

  begin(): void {
    document.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("click", (event) => {
      const id = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-id]")?.dataset.id : "";
      if (id && !getSelection()?.toString()) this.#go(id);
    });
    drawTools(() => void this.#undo());
    this.#draw();
    void this.#lookUp().then(() => this.#draw());
    void drawCheck(this.#server, this.#view.version);
  }

  #open(): Proposal[] {
    return this.#view.proposals.filter((each) => !each.written);
  }

  #proposal(): Proposal | null {
    return this.#own ? null : (this.#view.proposals.find((each) => each.id === this.#current) ?? null);
  }

  #work(): Work | null {
    if (this.#own) return this.#own;
    const proposal = this.#proposal();
    if (!proposal) return null;
    const known = this.#works.get(proposal.id) ?? workOf(proposal);
    this.#works.set(proposal.id, known);
    return known;
  }

  #learn(found: readonly Named[]): void {
    for (const each of found) this.#labels.set(each.id, each);
  }

  /** Learn the names of what the drafts refer to. */
  async #lookUp(): Promise<void> {
    const ids = new Set<string>();
    for (const proposal of this.#view.proposals) {
      for (const draft of proposal.drafts) {
        if (!draft.own) ids.add(draft.block);
        for (const fact of draft.facts) {
          for (const value of [fact.value, ...Object.values(fact.settings)]) if (value?.refers) ids.add(value.text);
        }
      }
    }
    const unknown = [...ids].filter((id) => id && !id.startsWith("<") && !this.#labels.has(id));
    await Promise.all(
      unknown.map(async (id) => this.#learn((await this.#server.search(id, [])).filter((each) => each.id === id))),
    );
  }

  #draw(focus = false): void {
    const view = this.#view;
    drawText(this.#text, view, this.#own ? "" : this.#current);
    if (!view.present) this.#text.replaceChildren(h("p", { class: "banner bad" }, word("review_no_text")));
    drawProgress(view, this.#open().length);
    drawList(view, this.#own ? "" : this.#current, (id) => this.#go(id));
    this.#drawCard();
    const place = find(".current", HTMLElement, this.#text);
    if (focus) place?.scrollIntoView({ block: "nearest", behavior: "instant" });
    if (focus) (document.getElementById("card-title") ?? this.#card).focus({ preventScroll: true });
    if (focus && this.#card.getBoundingClientRect().top < 0) this.#card.scrollIntoView({ block: "start" });
  }

  #drawCard(): void {
    const work = this.#work();
    const proposal = this.#proposal();
    const own = h(
      "p",
      { class: "actions" },
      actionButton("f", "fact", () => this.#startOwn()),
    );
    if (!work || (!this.#own && !this.#open().length && proposal?.written)) {
      const done = [
        h("h2", { id: "card-title", tabindex: -1 }, word("review_none_left")),
        h("p", { class: "help" }, word("review_none_left_help")),
        own,
      ];
      this.#card.replaceChildren(...done);
      return;
    }
    const known = { view: this.#view, labels: this.#labels };
    const actions = { link: (slot: Slot) => void this.#link(slot), changed: () => undefined };
    const wrong = this.#problems.length || this.#message;
    const trouble = wrong ? h(
      "div",
      { class: "banner bad trouble", role: "alert" },
      h("strong", {}, word("review_refused_title")),
      this.#message && h("p", {}, this.#message),
      ...this.#problems.map((each) => h("p", {}, each.message)),
    ) : null; // biome-ignore format: one banner
    const buttons = h(
      "div",
      { class: "decisions" },
      work.drafts.length > 0 && actionButton("a", "accept", () => void this.#accept(), "primary"),
      actionButton("e", "edit", () => this.#edit()),
      proposal && actionButton("r", "reject", () => void this.#reject()),
      actionButton("l", "link", () => void this.#link()),
      actionButton("n", "new", () => void this.#make()),
      proposal && actionButton("m", "merge", () => void this.#merge()),
      actionButton("s", "split", () => this.#split()),
      this.#own
        ? h("button", { type: "button", class: "quiet", click: () => this.#go(this.#current) }, word("review_cancel"))
        : actionButton("f", "fact", () => this.#startOwn()),
      actionButton("k", "previous", () => this.#step(-1)),
      actionButton("j", "next", () => this.#step(1)),
    );
    this.#card.replaceChildren(...drawCard(proposal, work, known, actions), ...(trouble ? [trouble] : []), buttons);
  }

  #go(id: string): void {
    this.#own = null;
    this.#current = id;
    this.#problems = [];
    this.#message = "";
    this.#draw(true);
  }

  /** Go to the next or the previous proposal that has no answer. */
  #step(by: number): void {
    const all = this.#view.proposals;
    const here = all.findIndex((each) => each.id === this.#current);
    for (let at = 1; at <= all.length; at += 1) {
      const each = all[(here + by * at + all.length * 2) % all.length];
      if (each && !each.written) {
        this.#go(each.id);
        return;
      }
    }
  }

  #edit(): void {
    find(".block-draft input:not([type=checkbox]), .block-draft textarea", HTMLElement, this.#card)?.focus();
  }

  async #link(given?: Slot): Promise<void> {
    const work = this.#work();
    const slot = given ?? (work ? this.#slot(work) : undefined);
    if (!work || !slot) return;
    const wanted = this.#wanted(slot);
    const chosen = await chooseEntity(wanted, (text) => this.#server.search(text, wanted.kinds));
    if (chosen === "new") return this.#make(slot);
    if (chosen) {
      this.#learn([chosen]);
      this.#fill(slot, chosen.id);
    }
    this.#after(slot);
  }

  async #make(given?: Slot): Promise<void> {
    const work = this.#work();
    const slot = given ?? (work ? this.#slot(work) : undefined);
    if (!work || !slot) return;
    const made = await makeEntity(this.#wanted(slot), this.#view);
    if (made) {
      this.#remember(work, made);
      this.#fill(slot, made.id);
    }
    this.#after(slot);
  }

  #remember(work: Work, made: NewEntity): void {
    work.entities = [...work.entities.filter((each) => each.id !== made.id), made];
    this.#learn([{ id: made.id, kind: made.kind, label: made.labels.en ?? made.id, names: [] }]);
  }

  #fill(slot: Slot, id: string): void {
    if (slot.kind === "block") slot.draft.block = id;
    else slot.value.text = id;
  }

  /** Draw again, and go on at what is still open, else at the slot itself. */
  #after(slot: Slot): void {
    this.#drawCard();
    const work = this.#work();
    const next = work ? openSlots(work)[0] : undefined;
    if (!next) document.getElementById("card-title")?.focus();
    else if (!focusSlot(this.#card, next)) focusSlot(this.#card, slot);
  }

  #slot(work: Work): Slot | undefined {
    const first = work.drafts.find((draft) => !draft.own);
    return slotAt(document.activeElement) ?? openSlots(work)[0] ?? (first && { kind: "block", draft: first });
  }

  #wanted(slot: Slot): { called: string; kinds: readonly string[] } {
    const { draft } = slot;
    return slot.kind === "block"
      ? { called: draft.called, kinds: draft.kinds }
      : { called: slot.value.said, kinds: slot.value.kinds };
  }

  async #merge(): Promise<void> {
    const proposal = this.#proposal();
    const work = this.#work();
    const mine = work?.drafts.find(named);
    if (!proposal || !work || !mine) return announce(word("review_merge_none"));
    const others = this.#view.proposals.filter((each) => {
      const theirs = each.drafts[0];
      return (
        !work.proposals.includes(each.id) &&
        theirs &&
        named(theirs) &&
        theirs.kinds.some((kind) => mine.kinds.includes(kind))
      );
    });
    const other = await chooseMerge(proposal, others);
    const theirs = other?.drafts[0];
    if (other && theirs) {
      if (!mine.block) mine.block = theirs.block;
      const names = mine.facts.find((fact) => fact.value === null);
      const more = theirs.facts.find((fact) => fact.value === null)?.quotes ?? [];
      if (!other.written) {
        names?.quotes.push(...more.map((each) => ({ ...each })));
        work.proposals.push(other.id);
      }
      announce(word("review_merged"));
    }
    this.#drawCard();
    document.getElementById("card-title")?.focus();
  }

  #split(): void {
    const work = this.#work();
    const last = work?.drafts.filter((draft) => !draft.own).at(-1) ?? work?.drafts.at(-1);
    if (!work || !last) return;
    const copy = copyDraft(last);
    copy.block = last.own ? `${last.block}-2` : "";
    work.drafts.splice(work.drafts.indexOf(last) + 1, 0, copy);
    this.#drawCard();
    focusSlot(this.#card, { kind: "block", draft: copy });
    announce(word("review_split_done"));
  }

  #startOwn(): void {
    const chosen = selected(this.#text);
    const proposal = this.#proposal();
    const bare = this.#view.sentences.find((each) => each.bare);
    const start = chosen?.start ?? bare?.start ?? proposal?.start ?? 0;
    const words =
      chosen?.words ?? (bare ? [...this.#view.text].slice(bare.start, bare.end).join("") : (proposal?.exact ?? ""));
    const value = { text: "", said: "", refers: false, kinds: [], words: [] };
    const fact = {
      use: true,
      relation: "",
      value,
      quotes: [{ words, start }],
      settings: {},
      certainty: "stated",
      note: "",
    };
    this.#own = {
      proposals: [],
      entities: [],
      drafts: [{ block: "", kinds: Object.keys(this.#view.kinds), own: "", called: "", facts: [fact] }],
    };
    this.#problems = [];
    this.#message = "";
    this.#draw(true);
  }

  async #accept(): Promise<void> {
    const work = this.#work();
    if (!work?.drafts.length) return;
    const open = openSlots(work)[0];
    if (open) {
      announce(word("review_say"));
      if (focusSlot(this.#card, open)) return;
    }
    await this.#send("decide", decisionOf(work), "review_accepted");
  }

  async #reject(): Promise<void> {
    const work = this.#work();
    if (work) await this.#send("decide", { action: "reject", proposals: work.proposals }, "review_rejected");
  }

  async #undo(): Promise<void> {
    if (this.#view.undo) await this.#send("undo", {}, "review_undone");
  }

  async #send(path: string, asked: object, done: string): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const answer = await this.#server.send(path, { ...asked, version: this.#view.version });
    this.#busy = false;
    if (answer.state === "done") this.#done(answer.view, done, path === "undo");
    else if (answer.state === "conflict") await this.#conflict(answer.difference, answer.view);
    else this.#refused(answer.problems, answer.message);
  }

  #done(view: View, done: string, undone: boolean): void {
    const before = new Set(this.#open().map((each) => each.id));
    const from = this.#view.proposals.find((each) => each.id === this.#current)?.start ?? 0;
    this.#take(view);
    // After a decision the next one in the text that is open; after undo the one that is open again.
    const open = this.#open();
    const next = undone
      ? open.find((each) => !before.has(each.id))
      : (open.find((each) => each.start >= from) ?? open[0]);
    this.#go(next?.id ?? this.#current);
    announce(`${word(done)} ${word("review_left", { n: number(this.#open().length) })}`);
    void this.#lookUp().then(() => drawCheck(this.#server, this.#view.version));
  }

  #take(view: View): void {
    this.#view = view;
    this.#own = null;
    this.#learn(view.blocks);
    // What was linked since may be meant by other proposals too; drafts that nobody touched are made anew.
    for (const id of [...this.#works.keys()])
      if (id !== this.#current || view.proposals.every((each) => each.id !== id)) this.#works.delete(id);
    const here = view.proposals.find((each) => each.id === this.#current);
    if (!here || here.written) this.#works.delete(this.#current);
    if (!here) this.#current = view.proposals.filter((each) => !each.written)[0]?.id ?? view.proposals[0]?.id ?? "";
  }

  async #conflict(difference: string, view: View): Promise<void> {
    await showConflict(difference);
    const own = this.#own;
    const works = new Map(this.#works);
    this.#take(view);
    for (const [id, work] of works) this.#works.set(id, work);
    this.#own = own;
    this.#draw(true);
  }

  #refused(problems: readonly Issue[], message: string): void {
    this.#problems = problems;
    this.#message = message;
    this.#drawCard();
    find(".trouble", HTMLElement)?.scrollIntoView({ block: "nearest" });
    document.getElementById("card-title")?.focus({ preventScroll: true });
  }

  #key(event: KeyboardEvent): void {
    const target = event.target instanceof HTMLElement ? event.target : null;
    const writing = target?.closest("input:not([type=checkbox]), textarea, select") ?? null;
    if (event.key === "Escape" && writing && !target?.closest("dialog")) {
      document.getElementById("card-title")?.focus();
      return;
    }
    if (writing || target?.closest("dialog") || event.ctrlKey || event.metaKey || event.altKey || keysOff()) return;
    const actions: Readonly<Record<string, () => void>> = {
      j: () => this.#step(1), k: () => this.#step(-1), a: () => void this.#accept(), e: () => this.#edit(),
      r: () => void (this.#proposal() && this.#reject()), l: () => void this.#link(), n: () => void this.#make(), m: () => void this.#merge(),
      s: () => this.#split(), f: () => this.#startOwn(), u: () => void this.#undo(), "?": () => void chooseKeys(),
    }; // biome-ignore format: one table
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }
}

const view = readData("script.data");
if (view) {
  new Review(view as View).begin();
  document.documentElement.dataset.ready = language();
}

/** What the server tells the review page (src/kg_builder/curate/shown.py), and what the page works on. */

export interface Value {
  readonly text: string;
  readonly said: string;
  readonly refers: boolean;
  readonly kinds: readonly string[];
  readonly words: readonly string[];
}

export interface Quote {
  readonly words: string;
  readonly start: number;
}

export interface Fact {
  readonly relation: string;
  readonly value: Value | null;
  readonly quotes: readonly Quote[];
  readonly settings: Readonly<Record<string, Value>>;
}

export interface Draft {
  readonly block: string;
  readonly kinds: readonly string[];
  readonly own: string;
  readonly called: string;
  readonly facts: readonly Fact[];
}

export interface Proposal {
  readonly id: string;
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly exact: string;
  readonly score: number;
  readonly rule: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly written: boolean;
  readonly drafts: readonly Draft[];
}

export interface Named {
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly names: readonly string[];
}

export interface Issue {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface View {
  readonly article: string;
  readonly language: string;
  readonly text: string;
  readonly present: boolean;
  readonly version: string;
  readonly undo: number;
  readonly refused: number;
  readonly sentences: readonly { readonly start: number; readonly end: number; readonly bare: boolean }[];
  readonly proposals: readonly Proposal[];
  readonly facts: readonly {
    readonly block: string;
    readonly key: string;
    readonly spans: readonly [number, number][];
  }[];
  readonly blocks: readonly Named[];
  readonly kinds: Readonly<Record<string, readonly { readonly key: string; readonly words: boolean }[]>>;
  readonly problems: readonly Issue[];
}

/** A value in the making. */
export interface WorkValue {
  text: string;
  readonly said: string;
  readonly refers: boolean;
  readonly kinds: readonly string[];
  readonly words: readonly string[];
}

export interface WorkFact {
  use: boolean;
  relation: string;
  value: WorkValue | null;
  quotes: { words: string; start: number }[];
  settings: Record<string, WorkValue>;
  certainty: string;
  note: string;
}

export interface WorkDraft {
  block: string;
  kinds: readonly string[];
  own: string;
  called: string;
  facts: WorkFact[];
}

export interface NewEntity {
  readonly id: string;
  readonly kind: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A decision in the making: of one proposal, or of several that are merged; of none for a fact of one's own. */
export interface Work {
  proposals: string[];
  drafts: WorkDraft[];
  entities: NewEntity[];
}

export function workOf(proposal: Proposal): Work {
  return { proposals: [proposal.id], drafts: proposal.drafts.map(copyDraft), entities: [] };
}

export function copyDraft(draft: Draft | WorkDraft): WorkDraft {
  return {
    block: draft.block,
    kinds: draft.kinds,
    own: draft.own,
    called: draft.called,
    facts: draft.facts.map((fact) => ({
      use: true,
      relation: fact.relation,
      value: fact.value && { ...fact.value },
      quotes: fact.quotes.map((each) => ({ ...each })),
      settings: Object.fromEntries(Object.entries(fact.settings).map(([name, value]) => [name, { ...value }])),
      certainty: "stated",
      note: "",
    })),
  };
}

/** What is sent: chosen lines only, in the form that curate/decisions.py reads. */
export function decisionOf(work: Work): object {
  const settings = (fact: WorkFact) => ({
    ...Object.fromEntries(Object.entries(fact.settings).map(([name, value]) => [name, value.text])),
    ...(fact.certainty === "stated" ? {} : { certainty: fact.certainty }),
    ...(fact.note.trim() ? { note: fact.note.trim() } : {}),
  });
  const blocks = work.drafts.map((draft) => ({
    block: draft.block,
    facts: draft.facts
      .filter((fact) => fact.use)
      .map((fact) => ({
        key: fact.value === null ? fact.relation : `${fact.relation} ${fact.value.text}`,
        quotes: fact.quotes.filter((each) => each.words.trim()),
        settings: settings(fact),
      })),
  }));
  return { action: "accept", proposals: work.proposals, blocks, new: work.entities };
}

/** A thing whose facts are about something that is named, not of the article's own. */
export function named(draft: Draft | WorkDraft): boolean {
  return !draft.own && draft.facts.some((fact) => fact.value === null);
}

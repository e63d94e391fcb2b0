/** Reads graph patterns loosely, as they are being written: what may stand next, and which triples stand there. */

import { isWord, type Token } from "./tokens.js";

/** What the next token may be. */
export type Place =
  | "start" // a query has not begun, or a clause has ended
  | "select" // variables and expressions of SELECT
  | "prefix" // behind PREFIX
  | "graph" // behind FROM, NAMED, GRAPH
  | "datatype" // behind ^^
  | "subject"
  | "predicate"
  | "object"
  | "class" // the object of rdf:type
  | "end" // behind an object
  | "variables" // behind VALUES
  | "value" // in the data of VALUES
  | "expression"
  | "modifier"; // behind the last group of a query

export interface Triple {
  readonly subject: Token | null;
  readonly predicate: Token;
  readonly object: Token;
}

interface Frame {
  readonly open: "" | "{" | "(" | "[";
  place: Place;
  subject: Token | null;
  predicate: Token | null;
  /** What a bracket that opens now would hold. */
  next: "pattern" | "expression" | "data" | null;
}

const PATH = new Set(["/", "|", "^", "!"]);
const REPEAT = new Set(["*", "+", "?"]);
const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

function frame(open: Frame["open"], place: Place): Frame {
  return { open, place, subject: null, predicate: null, next: null };
}

/** Whether a predicate says what kind of thing its subject is. */
export function isType(token: Token | null): boolean {
  return token !== null && (token.text === "a" || token.text === "rdf:type" || token.text === `<${TYPE}>`);
}

/** Goes through the tokens of a query, comments left out, and knows what may come next. */
export class Reader {
  readonly triples: Triple[] = [];
  /** The variables of the outermost SELECT, and those of its patterns and expressions. */
  readonly selected: Token[] = [];
  readonly mentioned = new Set<string>();
  private readonly frames: Frame[] = [frame("", "start")];
  private before: Token | null = null;
  private datatype = false;

  private get top(): Frame {
    return this.frames[this.frames.length - 1] as Frame;
  }

  /** What may stand next. */
  get place(): Place {
    return this.datatype ? "datatype" : this.top.place;
  }

  /** The subject of the triple that is being written. */
  get subject(): Token | null {
    return this.top.subject;
  }

  /** Whether the reader is between the braces of a pattern. */
  get inPattern(): boolean {
    return this.frames.some(({ open }) => open === "{");
  }

  /** Go on by one token. */
  pass(token: Token): void {
    this.datatype = token.text === "^^";
    if (token.kind === "variable") {
      if (this.frames.length === 1 && this.top.place === "select" && !isWord(this.before ?? undefined, "AS"))
        this.selected.push(token);
      else this.mentioned.add(token.text.slice(1));
    }
    if (token.kind === "other") this.mark(token);
    else if (token.kind === "word" && token.text !== "a") this.word(token);
    else this.term(token);
    this.before = token;
  }

  private mark(token: Token): void {
    const { top, frames } = this;
    switch (token.text) {
      case "{":
        frames.push(frame("{", top.next === "data" ? "value" : "subject"));
        return;
      case "(": {
        const list = top.place === "object" || top.place === "subject" || top.place === "class";
        const inner = top.place === "variables" ? "variables" : top.place === "value" ? "value" : "expression";
        frames.push(frame("(", list && top.next === null && top.open !== "" ? "object" : inner));
        return;
      }
      case "[":
        frames.push(frame("[", "predicate"));
        return;
      case "}":
      case ")":
      case "]":
        this.close(token);
        return;
      case ".":
        if (top.open === "{") Object.assign(top, { place: "subject", subject: null, predicate: null, next: null });
        return;
      case ";":
        if (top.subject || top.open === "[") top.place = "predicate";
        return;
      case ",":
        if (top.predicate && top.place === "end") top.place = isType(top.predicate) ? "class" : "object";
        return;
      default:
        // A path goes on, or begins with what turns it round.
        if (PATH.has(token.text) && (top.place === "object" || top.place === "class")) top.place = "predicate";
        else if (REPEAT.has(token.text) && top.place === "class") top.place = "object";
    }
  }

  private close(token: Token): void {
    if (this.frames.length > 1) this.frames.pop();
    const { top } = this;
    if (token.text === "}") {
      const outermost = top.open === "";
      Object.assign(top, { place: outermost ? "modifier" : "subject", subject: null, predicate: null, next: null });
    } else if (token.text === "]") this.advance(token);
    else if (top.next === "expression" && top.open !== "") Object.assign(top, { place: "subject", next: null });
    else if (top.place === "object" || top.place === "subject") this.advance(token);
  }

  private word(token: Token): void {
    const { top } = this;
    const word = token.text.toUpperCase();
    const reset = (place: Place, next: Frame["next"] = null) =>
      Object.assign(top, { place, next, subject: null, predicate: null });
    if (word === "PREFIX") reset("prefix");
    else if (word === "SELECT") reset("select");
    else if (word === "FROM" || word === "NAMED" || word === "GRAPH") reset("graph", "pattern");
    else if (["FILTER", "BIND", "HAVING"].includes(word)) reset("expression", "expression");
    else if (["GROUP", "ORDER", "LIMIT", "OFFSET"].includes(word)) reset("expression");
    else if (word === "VALUES") reset("variables", "data");
    else if (word === "EXISTS" || word === "WHERE") top.next = "pattern";
    else if (["OPTIONAL", "MINUS", "UNION", "SERVICE"].includes(word)) reset("subject", "pattern");
    else if (["ASK", "CONSTRUCT", "DESCRIBE"].includes(word)) reset(word === "DESCRIBE" ? "object" : "start");
    else if (["TRUE", "FALSE", "UNDEF"].includes(word)) this.term(token);
  }

  private term(token: Token): void {
    const { top } = this;
    // A tag or a datatype belongs to the literal before it.
    if (token.kind === "lang" || this.before?.text === "^^") return;
    if (top.place === "prefix") {
      if (token.kind === "iri") top.place = "start";
    } else if (top.place === "graph") top.place = top.open === "" ? "start" : "subject";
    else this.advance(token);
  }

  private advance(token: Token): void {
    const { top } = this;
    if (top.place === "subject" && top.open === "{") {
      top.subject = token;
      top.place = "predicate";
    } else if (top.place === "predicate") {
      top.predicate = token;
      top.place = isType(token) ? "class" : "object";
    } else if ((top.place === "object" || top.place === "class") && top.open !== "(") {
      if (top.predicate) this.triples.push({ subject: top.subject, predicate: top.predicate, object: token });
      if (top.open !== "") top.place = "end";
    }
  }
}

/** Read all tokens; comments are passed over. */
export function readPattern(all: readonly Token[]): Reader {
  const reader = new Reader();
  for (const token of all) if (token.kind !== "comment") reader.pass(token);
  return reader;
}

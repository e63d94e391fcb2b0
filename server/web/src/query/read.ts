/**
 * Reads answers as they come: SPARQL 1.1 Query Results TSV, and N-Triples (RDF 1.2).
 *
 * Both are lines of terms in one syntax. So a long answer can be read in pieces and left off at any line, and nothing of
 * a term is lost: language, direction, datatype, triple terms.
 */

import { type Term, XSD } from "../lib/terms.js";

export type Cells = readonly (Term | undefined)[];

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };
const IRI = /<([^<>"{}|^`\s]*)>/y;
const BLANK = /_:([^\s<>"]+)/y;
const STRING = /"((?:[^"\\\n\r]|\\.)*)"(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*)(?:--(ltr|rtl))?|\^\^<([^<>"\s]*)>)?/y;
const BARE = /[^\s<>"]+/y;
const SPACE = /\s*/y;

/** Take escapes away; an escape that is none stays. */
export function withoutEscapes(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    /\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/gs,
    (all, four: string, eight: string, one: string) => {
      const code = Number.parseInt(four ?? eight ?? "", 16);
      if (Number.isNaN(code)) return ESCAPES[one] ?? one;
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}

class Line {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  /** The next term; undefined where there is none. */
  term(): Term | undefined {
    this.match(SPACE);
    if (this.text.startsWith("<<(", this.at)) {
      this.at += 3;
      const [subject, predicate, object] = [this.term(), this.term(), this.term()];
      this.match(SPACE);
      if (!subject || !predicate || !object || !this.text.startsWith(")>>", this.at)) return undefined;
      this.at += 3;
      return { type: "triple", value: { subject, predicate, object } };
    }
    const iri = this.match(IRI);
    if (iri) return { type: "uri", value: withoutEscapes(iri[1] ?? "") };
    const string = this.match(STRING);
    if (string) return literal(string);
    const blank = this.match(BLANK);
    if (blank) return { type: "bnode", value: blank[1] ?? "" };
    const bare = this.match(BARE);
    return bare ? number(bare[0]) : undefined;
  }
}

function literal([, text = "", language, direction, datatype]: RegExpExecArray): Term {
  const value = withoutEscapes(text);
  if (language)
    return {
      type: "literal",
      value,
      "xml:lang": language,
      ...(direction === "ltr" || direction === "rtl" ? { "its:dir": direction } : {}),
    };
  return { type: "literal", value, ...(datatype ? { datatype: withoutEscapes(datatype) } : {}) };
}

/** A number or a truth value, which TSV may write as Turtle does. */
function number(text: string): Term {
  const kind = /^(?:true|false)$/.test(text)
    ? "boolean"
    : /^[+-]?\d+$/.test(text)
      ? "integer"
      : /^[+-]?\d*\.\d+$/.test(text)
        ? "decimal"
        : /^[+-]?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+$/.test(text)
          ? "double"
          : null;
  return { type: "literal", value: text, ...(kind ? { datatype: XSD + kind } : {}) };
}

/** A term in the syntax of N-Triples or TSV; undefined where there is none. */
export function readTerm(text: string): Term | undefined {
  return new Line(text).term();
}

/** Collects lines from pieces of text, until there are enough. */
class Lines {
  private rest = "";

  /** The whole lines that a piece completes. */
  push(piece: string): string[] {
    const lines = (this.rest + piece).split("\n");
    this.rest = lines.pop() ?? "";
    return lines;
  }

  /** What stands behind the last line break. */
  end(): string {
    const rest = this.rest;
    this.rest = "";
    return rest;
  }
}

/** Solutions of a SELECT, or the answer of an ASK, from TSV. */
export class TsvReader {
  columns: readonly string[] = [];
  /** The answer of an ASK; null for solutions, and before the answer has ended. */
  verdict: boolean | null = null;
  readonly rows: Cells[] = [];
  private readonly lines = new Lines();
  private readonly most: number;
  private begun = false;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.most = most;
  }

  /** Whether there are as many rows as were wanted. */
  get full(): boolean {
    return this.rows.length >= this.most;
  }

  push(piece: string): void {
    for (const line of this.lines.push(piece)) this.take(line.endsWith("\r") ? line.slice(0, -1) : line);
  }

  /** The answer has ended. */
  end(): void {
    const rest = this.lines.end();
    if (!this.begun && /^(?:true|false)$/.test(rest.trim())) this.verdict = rest.trim() === "true";
    else if (rest) this.take(rest);
  }

  private take(line: string): void {
    if (!this.begun) {
      this.begun = true;
      if (/^(?:true|false)$/.test(line)) this.verdict = line === "true";
      else this.columns = line ? line.split("\t").map((name) => name.replace(/^[?$]/, "")) : [];
    } else if (!this.full) {
      const cells = line.split("\t");
      this.rows.push(this.columns.map((_, at) => (cells[at] ? readTerm(cells[at] ?? "") : undefined)));
    }
  }
}

/** Triples from N-Triples, as rows of three. */
export class TriplesReader {
  readonly rows: Cells[] = [];
  private readonly lines = new Lines();
  private readonly most: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.most = most;
  }

  get full(): boolean {
    return this.rows.length >= this.most;
  }

  push(piece: string): void {
    for (const line of this.lines.push(piece)) this.take(line);
  }

  end(): void {
    this.take(this.lines.end());
  }

  private take(text: string): void {
    if (this.full || !text.trim() || text.startsWith("#")) return;
    const line = new Line(text);
    this.rows.push([line.term(), line.term(), line.term()]);
  }
}

/**
 * Lays a query out: one statement a line, two spaces a level. Line breaks that somebody chose stay.
 * Only the white space between tokens changes; where that would change a token, the text stays as it is.
 */

import { isWord, type Token, tokens } from "./tokens.js";

const WIDTH = 120;
const INDENT = "  ";
const CLAUSES = ["PREFIX", "BASE", "VERSION", "SELECT", "CONSTRUCT", "ASK", "DESCRIBE", "FROM", "WHERE"];
const MODIFIERS = ["GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"];
const STATEMENTS = ["FILTER", "OPTIONAL", "BIND", "VALUES", "GRAPH", "MINUS", "UNION", "SERVICE"];
const SPACED_BRACKET = ["FILTER", "BIND", "VALUES", "HAVING", "IN", "AS", "WHERE", "BY", "SELECT", "DISTINCT"];
const SPACED = new Set(["=", "!=", "<", ">", "<=", ">=", "&&", "||", ";"]);
const TIGHT_BEFORE = new Set([",", ")", "^^"]);
const OPENING = new Set(["{", "(", "["]);
const CLOSING = new Set(["}", ")", "]"]);
const FORMS = ["SELECT", "CONSTRUCT", "ASK", "DESCRIBE"];
const PROLOGUE = ["PREFIX", "BASE", "VERSION"];

interface Piece extends Token {
  /** Line breaks before it: 0, 1, or 2 for an empty line. */
  breaks: number;
  /** White space stood before it. */
  readonly apart: boolean;
  /** For a bracket: the place of its partner. */
  partner: number;
  /** For a brace: it holds the data of VALUES, not a pattern. */
  data: boolean;
}

function read(text: string): Piece[] {
  let end = 0;
  const pieces = tokens(text).map((token): Piece => {
    const between = text.slice(end, token.from);
    const breaks = Math.min(2, between.split("\n").length - 1);
    end = token.to;
    return { ...token, breaks, apart: between !== "", partner: -1, data: false };
  });
  const open: number[] = [];
  for (const [at, piece] of pieces.entries()) {
    if (piece.kind !== "other") continue;
    if (OPENING.has(piece.text)) open.push(at);
    else if (CLOSING.has(piece.text)) {
      const start = open.pop();
      const opening = start === undefined ? undefined : pieces[start];
      if (start === undefined || !opening) continue;
      opening.partner = at;
      piece.partner = start;
      opening.data = piece.data = opening.text === "{" && isData(pieces, start);
    }
  }
  return pieces;
}

/** `VALUES ?x {` or `VALUES (?x ?y) {`. */
function isData(pieces: readonly Piece[], brace: number): boolean {
  for (let at = brace - 1; at >= 0; at--) {
    const piece = pieces[at];
    if (isWord(piece, "VALUES")) return true;
    if (piece?.kind !== "variable" && piece?.text !== "(" && piece?.text !== ")") return false;
  }
  return false;
}

/** Decide where lines end. */
function breakLines(pieces: Piece[]): void {
  const first = pieces[0];
  if (first) first.breaks = 0;
  const body = pieces.findIndex((each) => isWord(each, ...FORMS));
  const oneLine = body >= 0 && !pieces.slice(body + 1).some((each) => each.breaks);
  const long = width(pieces, Math.max(0, body), pieces.length) > WIDTH / 2;
  breakGroup(pieces, 0, pieces.length, oneLine && long, oneLine && !long);
  for (const [at, piece] of pieces.entries()) {
    const before = pieces[at - 1];
    if (before?.kind === "comment") piece.breaks = Math.max(1, piece.breaks);
    if (before && OPENING.has(before.text)) piece.breaks = Math.min(1, piece.breaks);
    if (piece.kind === "other" && CLOSING.has(piece.text)) piece.breaks = Math.min(1, piece.breaks);
  }
}

/**
 * Break lines in a group.
 *
 * `force` breaks all statements and predicates apart, for somebody wrote all on one line; `leave` is for what is short
 * enough to stay on one.
 */
function breakGroup(pieces: Piece[], from: number, to: number, force: boolean, leave = false): void {
  let inPrologue = false;
  for (let at = from; at < to; at++) {
    const [piece, before, after] = [pieces[at], pieces[at - 1], pieces[at + 1]];
    if (!piece) continue;
    if (startsClause(pieces, at)) {
      const behindPrologue = inPrologue && !isWord(piece, ...PROLOGUE);
      inPrologue = isWord(piece, ...PROLOGUE);
      if (at > from && (!leave || inPrologue || behindPrologue))
        piece.breaks = Math.max(behindPrologue ? 2 : 1, piece.breaks);
    } else if (force && isWord(piece, ...STATEMENTS) && before?.text !== "}" && at > from && !isWord(before, "NOT")) {
      piece.breaks = Math.max(1, piece.breaks);
    }
    if (piece.kind === "other" && OPENING.has(piece.text) && piece.partner > at) {
      breakBrackets(pieces, at, force);
      at = piece.partner;
      // What follows a group, or the brackets of FILTER and BIND, is a statement of its own; UNION is not.
      const next = pieces[at + 1];
      const ended = piece.text === "{" || isWord(before, "FILTER", "BIND");
      if (
        force &&
        ended &&
        next &&
        at + 1 < to &&
        !isWord(next, "UNION") &&
        next.kind !== "comment" &&
        next.text !== "."
      )
        next.breaks = Math.max(1, next.breaks);
      continue;
    }
    const ends = piece.text === "." || (force && piece.text === ";");
    if (piece.kind === "other" && ends && after && at + 1 < to && after.kind !== "comment" && from > 0)
      after.breaks = Math.max(1, after.breaks);
  }
}

/** Break what stands in a pair of brackets, or leave it on its line. */
function breakBrackets(pieces: Piece[], open: number, force: boolean): void {
  const opening = pieces[open];
  if (!opening) return;
  const close = opening.partner;
  const [inside, end] = [pieces[open + 1], pieces[close]];
  if (!inside || !end || close === open + 1) return;
  const broken = pieces.slice(open + 1, close + 1).some((each) => each.breaks);
  if (opening.text !== "{" || opening.data) {
    if (inside.breaks || end.breaks) inside.breaks = end.breaks = 1;
    for (let at = open + 1; at < close; at++) {
      const piece = pieces[at];
      if (piece?.kind !== "other" || !OPENING.has(piece.text) || piece.partner < at) continue;
      breakBrackets(pieces, at, false);
      at = piece.partner;
    }
    return;
  }
  const long = width(pieces, open, close + 1) > WIDTH - 2 * INDENT.length;
  const outermost = !pieces.slice(0, open).some((each, at) => each.text === "{" && each.partner > open && at < open);
  const nested = pieces.slice(open + 1, close).some((each) => each.text === "{" && !each.data);
  const all = !broken && (long || (force && (outermost || nested)));
  if (!broken && !all) return;
  inside.breaks = Math.max(1, inside.kind === "comment" ? inside.breaks : 1);
  end.breaks = 1;
  breakGroup(pieces, open + 1, close, all);
}

function startsClause(pieces: readonly Piece[], at: number): boolean {
  const [piece, before] = [pieces[at], pieces[at - 1]];
  if (isWord(piece, "WHERE")) return !(isWord(before, "ASK") || isWord(before, "CONSTRUCT"));
  if (isWord(piece, "SELECT")) return before?.text !== "{";
  return isWord(piece, ...CLAUSES) || isWord(piece, ...MODIFIERS);
}

function width(pieces: readonly Piece[], from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += (pieces[at]?.text.length ?? 0) + 1;
  return sum;
}

function spaced(before: Piece, piece: Piece, beforeThat: Piece | undefined): boolean {
  if (before.kind === "comment" || piece.kind === "comment") return true;
  const [left, right] = [before.text, piece.text];
  if (piece.kind === "lang" || left === "^^" || TIGHT_BEFORE.has(right) || left === "(") return false;
  if (right === "{" || left === "{") return right !== "}";
  if (right === "}" || left === "}") return right !== "." || piece.apart;
  if (left === "," || SPACED.has(left) || SPACED.has(right)) return true;
  if (right === "(") {
    if (isWord(before, ...SPACED_BRACKET)) return true;
    return before.kind === "word" ? false : piece.apart;
  }
  if (left === "[" || right === "]") return !(left === "[" && right === "]");
  if (right === ".") return true;
  if (left === ".") return true;
  if (before.kind === "other" && left !== ")" && left !== "]")
    return piece.apart && !(left === "!" && beforeThat?.kind === "other");
  if (piece.kind === "other") return piece.apart;
  return true;
}

/** How deep a line stands: by the brackets that were open when it began, and one more inside of a statement. */
class Depth {
  private readonly open: { line: number; pattern: boolean; statement: "none" | "triples" | "other" | "clause" }[] = [
    { line: -1, pattern: false, statement: "none" },
  ];

  at(piece: Piece, clause: boolean): number {
    const closes = piece.kind === "other" && CLOSING.has(piece.text);
    const stack = closes ? this.open.slice(0, -1) : this.open;
    // Several brackets that open on one line are one step.
    const depth = new Set(stack.slice(1).map(({ line }) => line)).size;
    const own = this.open[this.open.length - 1]?.statement;
    const fresh = clause || closes || piece.kind === "comment" || isWord(piece, ...STATEMENTS);
    return depth + (!fresh && (own === "triples" || own === "clause") && piece.text !== "{" ? 1 : 0);
  }

  pass(piece: Piece, line: number, clause: boolean): void {
    const own = this.open[this.open.length - 1];
    if (!own || piece.kind === "comment") return;
    if (piece.kind === "other" && OPENING.has(piece.text)) {
      const pattern = piece.text === "{" && !piece.data;
      if (pattern && own.statement === "clause") own.statement = "none";
      else if (!pattern && own.pattern && own.statement === "none") own.statement = "triples";
      this.open.push({ line, pattern, statement: "none" });
    } else if (piece.kind === "other" && CLOSING.has(piece.text)) {
      if (this.open.length > 1) this.open.pop();
      const outer = this.open[this.open.length - 1];
      if (outer && (outer.statement === "other" || piece.text === "}")) outer.statement = "none";
    } else if (clause) {
      own.statement = isWord(piece, ...PROLOGUE) ? "none" : "clause";
    } else if (own.pattern && isWord(piece, ...STATEMENTS, "NOT", "EXISTS")) {
      own.statement = "other";
    } else if (own.pattern && piece.text === "." && piece.kind === "other") {
      own.statement = "none";
    } else if (own.pattern && own.statement === "none") {
      own.statement = "triples";
    }
  }
}

/** A query, laid out anew. */
export function formatQuery(text: string): string {
  const pieces = read(text);
  if (!pieces.length) return text;
  breakLines(pieces);
  const depth = new Depth();
  let written = "";
  let line = 0;
  for (const [at, piece] of pieces.entries()) {
    const before = pieces[at - 1];
    const clause = startsClause(pieces, at) || isWord(piece, "SELECT");
    if (before && piece.breaks) {
      written += "\n".repeat(piece.breaks) + INDENT.repeat(depth.at(piece, clause));
      line++;
    } else if (before && spaced(before, piece, pieces[at - 2])) written += " ";
    written += piece.kind === "comment" ? piece.text.trimEnd() : piece.text;
    depth.pass(piece, line, clause);
  }
  return same(text, written) ? `${written}\n` : text;
}

function same(text: string, other: string): boolean {
  const [mine, theirs] = [tokens(text), tokens(other)];
  return (
    mine.length === theirs.length &&
    mine.every((each, at) => each.kind === theirs[at]?.kind && each.text.trimEnd() === theirs[at]?.text.trimEnd())
  );
}

/** Asks the endpoint of this site, with a way to stop. */

import type { Term } from "./terms.js";

export type Row = Readonly<Record<string, Term | undefined>>;

export interface Bindings {
  readonly kind: "bindings";
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

export interface Verdict {
  readonly kind: "boolean";
  readonly value: boolean;
}

export interface Graph {
  readonly kind: "graph";
  readonly text: string;
  readonly mediaType: string;
}

export interface Told {
  readonly result: Bindings | Verdict | Graph;
  /** The header Rujukan-Cut: "rows=500" when rows were left out; null when the answer is whole. */
  readonly cut: string | null;
  readonly milliseconds: number;
  readonly bytes: number;
}

/** RFC 9457, as the server's http/problems.py writes it. */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly type?: string;
  readonly line?: number | null;
  readonly column?: number | null;
  readonly retryAfter: number | null;
}

export class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
}

const RESULTS = "application/sparql-results+json";
const ACCEPT = `${RESULTS}, text/turtle;q=0.9, application/problem+json;q=0.5`;
const FORM = "application/x-www-form-urlencoded;charset=UTF-8";

/** The path of the site's root, without a slash at its end (`data-root` of `<body>`). */
export function root(): string {
  return document.body.dataset.root ?? "";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A reply that is not an answer, as a problem, whatever its body is. */
export async function problemOf(response: Response): Promise<Problem> {
  const retry = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  let document: unknown = null;
  try {
    document = await response.json();
  } catch {
    // A proxy's page: the status alone has to do.
  }
  const body = isRecord(document) ? document : {};
  return {
    title: textOf(body.title) || response.statusText || String(response.status),
    status: response.status,
    detail: textOf(body.detail),
    type: textOf(body.type),
    line: numberOf(body.line),
    column: numberOf(body.column),
    retryAfter: Number.isNaN(retry) ? null : retry,
  };
}

/** Read an answer in SPARQL's JSON format. */
export function readResults(document: unknown): Bindings | Verdict {
  if (!isRecord(document)) throw new TypeError("not a result of SPARQL");
  if (typeof document.boolean === "boolean") return { kind: "boolean", value: document.boolean };
  const { head, results } = document as { head?: { vars?: string[] }; results?: { bindings?: Row[] } };
  return { kind: "bindings", columns: head?.vars ?? [], rows: results?.bindings ?? [] };
}

/**
 * Ask a query of any form.
 *
 * Throws `Refused` when the server says no, and an `AbortError` when `signal` stops it.
 */
export async function ask(query: string, signal?: AbortSignal): Promise<Told> {
  const begun = performance.now();
  const response = await fetch(`${root()}/sparql`, {
    method: "POST",
    headers: { Accept: ACCEPT, "Content-Type": FORM },
    body: new URLSearchParams({ query }),
    ...(signal ? { signal } : {}),
  });
  if (!response.ok) throw new Refused(await problemOf(response));
  const body = await response.text();
  const mediaType = (response.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
  return {
    result: mediaType === RESULTS ? readResults(JSON.parse(body)) : { kind: "graph", text: body, mediaType },
    cut: response.headers.get("rujukan-cut"),
    milliseconds: performance.now() - begun,
    bytes: body.length,
  };
}

/** Asks the endpoint and reads the answer as it comes, as far as the page can hold it. */

import { problemOf, Refused, root } from "../lib/sparql.js";
import { type Cells, TriplesReader, TsvReader } from "./read.js";

export interface Answer {
  /** Solutions, triples (as rows of three), or the answer of an ASK. */
  readonly kind: "rows" | "triples" | "boolean";
  readonly columns: readonly string[];
  readonly rows: readonly Cells[];
  readonly verdict: boolean | null;
  /** Who left rows out: the server by a limit of its own, or this page. */
  readonly cut: "server" | "page" | null;
  readonly milliseconds: number;
}

export interface Limits {
  readonly rows: number;
  readonly bytes: number;
}

const ACCEPT = "text/tab-separated-values, application/n-triples;q=0.9, application/problem+json;q=0.1";
const FORM = "application/x-www-form-urlencoded;charset=UTF-8";
const TRIPLE = ["subject", "predicate", "object"];

/**
 * Ask a query of any form.
 *
 * `onAnswer` is called when the answer begins. Throws `Refused` when the server says no, and an `AbortError` when
 * `signal` stops it: then the connection closes, and the server ends the query.
 */
export async function askQuery(
  query: string,
  limits: Limits,
  signal: AbortSignal,
  onAnswer: () => void = () => {},
): Promise<Answer> {
  const begun = performance.now();
  const response = await fetch(`${root()}/sparql`, {
    method: "POST",
    headers: { Accept: ACCEPT, "Content-Type": FORM },
    body: new URLSearchParams({ query }),
    signal,
  });
  if (!response.ok) throw new Refused(await problemOf(response));
  onAnswer();
  const isTriples = (response.headers.get("content-type") ?? "").startsWith("application/n-triples");
  // One more than is shown, to know whether there is more.
  const reader = isTriples ? new TriplesReader(limits.rows + 1) : new TsvReader(limits.rows + 1);
  const whole = response.body ? await pour(response.body, reader, limits.bytes) : true;
  const milliseconds = performance.now() - begun;
  const verdict = reader instanceof TsvReader ? reader.verdict : null;
  const more = !whole || reader.rows.length > limits.rows;
  return {
    kind: verdict === null ? (isTriples ? "triples" : "rows") : "boolean",
    columns: reader instanceof TsvReader ? reader.columns : TRIPLE,
    rows: more ? reader.rows.slice(0, limits.rows) : reader.rows,
    verdict,
    cut: response.headers.has("rujukan-cut") ? "server" : more ? "page" : null,
    milliseconds,
  };
}

/** Read until the end, or until there is enough; tell whether it was read to the end. */
async function pour(
  body: ReadableStream<Uint8Array>,
  reader: TsvReader | TriplesReader,
  most: number,
): Promise<boolean> {
  const decoder = new TextDecoder();
  const stream = body.getReader();
  let size = 0;
  for (;;) {
    const { done, value } = await stream.read();
    if (done) {
      reader.push(decoder.decode());
      reader.end();
      return true;
    }
    size += value.length;
    reader.push(decoder.decode(value, { stream: true }));
    if (reader.full || size > most) {
      await stream.cancel();
      return false;
    }
  }
}

/** What the server says of itself to this page: the block of data `query-data` (kg_server/app/editor.py). */

import { readData } from "../lib/dom.js";
import type { Prefixes } from "../lib/terms.js";
import type { Parameter } from "./parameters.js";

export interface Config {
  readonly endpoint: string;
  /** The address of the query page. */
  readonly page: string;
  readonly base: string;
  readonly release: string;
  /** All that are known; `declared` are those that a query need not declare. */
  readonly prefixes: Prefixes;
  readonly declared: readonly string[];
  /** Whether the address named a query. */
  readonly given: boolean;
  /** The view in which the answer of a saved query is drawn; null when it is none, or has none. */
  readonly view: string | null;
  readonly rows: number;
  readonly bytes: number;
  readonly parameters: readonly Parameter[];
  /** Title and advice for each kind of problem. */
  readonly advice: Readonly<Record<string, readonly [string, string]>>;
}

export function readConfig(): Config | null {
  // The server wrote it for this script, of the same release.
  return readData("script.query-data") as Config | null;
}

/** The parameters of a saved query: the VALUES block that the server put into its text, and what goes into it. */

import { type Prefixes, XSD } from "../lib/terms.js";
import { declared } from "./prefixes.js";
import { quoted } from "./turtle.js";
import { iriOf, nameOf } from "./vocabulary.js";

export type ParameterType = "iri" | "date" | "integer" | "decimal" | "string";

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
}

const SHAPES: Readonly<Partial<Record<ParameterType, RegExp>>> = {
  date: /^\d{4}-\d{2}-\d{2}$/,
  integer: /^[+-]?\d{1,18}$/,
  decimal: /^[+-]?(?:\d{1,18}(?:\.\d{1,18})?|\.\d{1,18})$/,
};
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|^`\\]+$/;

/**
 * A value as SPARQL writes it; null when it is not of its type (kg_server/describe/queries.py reads the same).
 *
 * `known` are the prefixes that a value may use, `own` those that the query declares.
 */
export function termFor({ type }: Parameter, value: string, known: Prefixes, own: Prefixes): string | null {
  const text = value.trim();
  if (type === "string") return quoted(value);
  if (type === "iri") {
    const whole = text.startsWith("<") && text.endsWith(">") ? text.slice(1, -1) : (iriOf(text, known) ?? text);
    return ABSOLUTE.test(whole) ? nameOf(whole, own) : null;
  }
  if (!SHAPES[type]?.test(text)) return null;
  if (type === "date") {
    const day = new Date(`${text}T00:00:00Z`);
    if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text) return null;
  }
  if (type === "integer" && /^\d+$/.test(text)) return text;
  return `"${text}"^^${nameOf(`${XSD}${type}`, own)}`;
}

/** The pattern of the VALUES block of these parameters. */
function block(parameters: readonly Parameter[]): RegExp {
  const names = parameters.map(({ name }) => `\\?${name}`).join("\\s+");
  // Strings in it are on one line: the serialiser escapes line breaks.
  return new RegExp(`(VALUES\\s*\\(\\s*${names}\\s*\\)\\s*\\{\\s*\\()((?:"(?:[^"\\\\]|\\\\.)*"|[^()"])*)(\\)\\s*\\})`);
}

/** Whether a text still has its block, so that a form can change it. */
export function hasBlock(text: string, parameters: readonly Parameter[]): boolean {
  return parameters.length > 0 && block(parameters).test(text);
}

/** The text with other values in its block; null when the block is gone, or a value is not of its type. */
export function fill(
  text: string,
  parameters: readonly Parameter[],
  values: Readonly<Record<string, string>>,
  known: Prefixes,
): string | null {
  const own = declared(text);
  const terms = parameters.map((each) => termFor(each, values[each.name] ?? "", known, own));
  if (!hasBlock(text, parameters) || terms.some((each) => each === null)) return null;
  return text.replace(block(parameters), (_, before: string, __, after: string) => before + terms.join(" ") + after);
}

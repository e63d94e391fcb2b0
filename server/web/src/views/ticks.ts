/** Where a line of time has its marks: years, months or days, as wide apart as labels need. */

export interface Tick {
  readonly at: number;
  readonly label: string;
  /** The first of a longer stretch: a year among months, a month among days. */
  readonly major: boolean;
}

const DAY = 86_400_000;
const YEAR = 365.2425 * DAY;

type Step = { readonly unit: "year" | "month" | "day"; readonly every: number; readonly length: number };

const STEPS: readonly Step[] = [
  { unit: "day", every: 1, length: DAY },
  { unit: "day", every: 2, length: 2 * DAY },
  { unit: "day", every: 7, length: 7 * DAY },
  { unit: "month", every: 1, length: YEAR / 12 },
  { unit: "month", every: 3, length: YEAR / 4 },
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((every): Step => ({ unit: "year", every, length: every * YEAR })),
];

function year(number: number): number {
  const date = new Date(0);
  date.setUTCFullYear(number);
  return date.getTime();
}

/** The marks between two moments on a line of so many pixels, at least `gap` pixels apart. */
export function ticks(from: number, to: number, pixels: number, language: string, gap = 72): Tick[] {
  const perPixel = (to - from) / Math.max(1, pixels);
  const step = STEPS.find(({ length }) => length / perPixel >= gap) ?? STEPS[STEPS.length - 1];
  if (!step || !(to > from)) return [];
  const locale = language === "en" ? "en-GB" : language;
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
  const [plain, full] = {
    year: [format({ year: "numeric" }), format({ year: "numeric" })],
    month: [format({ month: "short" }), format({ month: "short", year: "numeric" })],
    day: [format({ day: "numeric" }), format({ day: "numeric", month: "short", year: "numeric" })],
  }[step.unit];
  const found: Tick[] = [];
  for (const at of moments(step, from, to)) {
    const date = new Date(at);
    const major =
      step.unit === "month" ? date.getUTCMonth() === 0 : step.unit === "day" ? date.getUTCDate() <= step.every : true;
    // The first one says the year, so that a window within one year does too.
    const whole = major || !found.length;
    found.push({ at, label: (whole ? full : plain)?.format(at) ?? "", major: step.unit !== "year" && major });
  }
  return found;
}

function* moments({ unit, every, length }: Step, from: number, to: number): Generator<number> {
  if (unit === "day") {
    const first = new Date(from);
    for (let month = 0; ; month++) {
      const start = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month, 1);
      if (start > to) return;
      const end = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month + 1, 1);
      // Weeks are counted from the first of each month; a short last one is left out.
      for (let at = start; at + (every > 1 ? (every * DAY) / 2 : 0) < end && at <= to; at += every * DAY) {
        if (at >= from) yield at;
      }
    }
  }
  if (unit === "month") {
    const first = new Date(from);
    for (let month = Math.floor(first.getUTCMonth() / every) * every; ; month += every) {
      const at = Date.UTC(first.getUTCFullYear(), month, 1);
      if (at > to) return;
      if (at >= from) yield at;
    }
  }
  for (let number = Math.floor(new Date(from).getUTCFullYear() / every) * every; ; number += every) {
    const at = year(number);
    if (at > to || length <= 0) return;
    if (at >= from) yield at;
  }
}

/** Where the nodes of a graph are: d3-force in a bounded number of steps, the same for the same graph. */

import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type Simulation,
  type SimulationLinkDatum,
  type SimulationNodeDatum,
} from "d3-force";
import type { Line, Model, Spot } from "./model.js";

interface Body extends SimulationNodeDatum {
  readonly spot: Spot;
}

type Pull = SimulationLinkDatum<Body>;

/** How strongly everything is drawn to the middle. */
const GRAVITY = 0.055;
const STEPS = 220;
// When a few nodes come to a graph that stands already.
const FEW_STEPS = 70;
const SLICE_MILLISECONDS = 12;

/** How far a mark reaches, in pixels. */
export function radius(spot: Spot): number {
  return 4.5 + 1.9 * Math.sqrt(Math.min(spot.links.length, 60));
}

function simulation(graph: Model, aspect: number): { run: Simulation<Body, Pull>; bodies: Body[]; steps: number } {
  const wide = Math.min(2, Math.max(0.6, aspect));
  const bodies: Body[] = [];
  const known = new Map<Spot, Body>();
  let placed = 0;
  for (const spot of graph.spots) {
    const body: Body = { spot };
    if (Number.isFinite(spot.x)) {
      placed++;
      [body.x, body.y] = [spot.x, spot.y];
      if (spot.held) [body.fx, body.fy] = [spot.x, spot.y];
    } else {
      // Beside a neighbour that has its place; d3-force sets out the others itself, always in the same way.
      const near = spot.links
        .map((line) => (line.from === spot ? line.to : line.from))
        .find(({ x }) => Number.isFinite(x));
      if (near) [body.x, body.y] = [near.x + 20 + (bodies.length % 7), near.y + 20 + (bodies.length % 5)];
    }
    bodies.push(body);
    known.set(spot, body);
  }
  const pulls: Pull[] = graph.lines.flatMap((line: Line) => {
    const [source, target] = [known.get(line.from), known.get(line.to)];
    return source && target ? [{ source, target }] : [];
  });
  const run = forceSimulation<Body, Pull>(bodies)
    .stop()
    .force(
      "link",
      forceLink<Body, Pull>(pulls)
        .distance(62)
        .strength(({ source, target }) => 0.7 / Math.min(degree(source), degree(target))),
    )
    .force("charge", forceManyBody<Body>().strength(-240).distanceMax(600).theta(1))
    .force(
      "collide",
      forceCollide<Body>(({ spot }) => radius(spot) + 14 + Math.min(16, spot.links.length * 1.4)),
    )
    .force("x", forceX<Body>().strength(GRAVITY / wide))
    .force("y", forceY<Body>().strength(GRAVITY * wide));
  const few = placed > graph.spots.length / 2;
  const steps = few ? FEW_STEPS : STEPS;
  run.alpha(few ? 0.3 : 1).alphaDecay(1 - 0.001 ** (1 / steps));
  return { run, bodies, steps };
}

function degree(end: Body | string | number | undefined): number {
  return typeof end === "object" ? Math.max(1, end.spot.links.length) : 1;
}

function settle(bodies: readonly Body[]): void {
  for (const { spot, x = 0, y = 0 } of bodies) [spot.x, spot.y] = [x, y];
}

/** Lay a graph out at once; `aspect` is how much wider than high the room is. */
export function layOut(graph: Model, aspect: number): void {
  const { run, bodies, steps } = simulation(graph, aspect);
  run.tick(steps);
  settle(bodies);
}

/** The same in slices, so that the page answers meanwhile. */
export async function layOutSlowly(graph: Model, aspect: number, signal: AbortSignal): Promise<void> {
  const { run, bodies, steps } = simulation(graph, aspect);
  let done = 0;
  while (done < steps) {
    const begun = performance.now();
    while (done < steps && performance.now() - begun < SLICE_MILLISECONDS) {
      run.tick();
      done++;
    }
    if (done < steps) await new Promise((resolve) => setTimeout(resolve));
    if (signal.aborted) return;
  }
  settle(bodies);
}

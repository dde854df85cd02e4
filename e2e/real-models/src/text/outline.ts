import type { PathCommand } from 'opentype.js';

/** Straight pieces for one curve: at text sizes the error is far below a tenth of a pixel. */
const PIECES = 8;

/** A polynomial curve's control points, from its start to its end. */
type Curve = readonly (readonly [x: number, y: number])[];

/** Flattens a glyph path, moved by (dx, dy), to straight edges [x0, y0, x1, y1, …]; open outlines are closed. */
export function outlineEdges(commands: readonly PathCommand[], dx: number, dy: number): number[] {
  const edges: number[] = [];
  let start: Curve[number] = [0, 0];
  let pen = start;
  for (const command of commands) {
    const curve = curveOf(command, pen, start);
    if (command.type === 'M') start = curve.at(-1)!;
    else addCurve(edges, curve, dx, dy);
    pen = curve.at(-1)!;
  }
  return edges;
}

function curveOf(command: PathCommand, pen: Curve[number], start: Curve[number]): Curve {
  switch (command.type) {
    case 'M':
    case 'L':
      return [pen, [command.x, command.y]];
    case 'Q':
      return [pen, [command.x1, command.y1], [command.x, command.y]];
    case 'C':
      return [pen, [command.x1, command.y1], [command.x2, command.y2], [command.x, command.y]];
    case 'Z':
      return [pen, start];
  }
}

function addCurve(edges: number[], curve: Curve, dx: number, dy: number): void {
  const pieces = curve.length === 2 ? 1 : PIECES;
  let [x, y] = curve[0]!;
  for (let i = 1; i <= pieces; i++) {
    const [nextX, nextY] = pointAt(curve, i / pieces);
    edges.push(x + dx, y + dy, nextX + dx, nextY + dy);
    [x, y] = [nextX, nextY];
  }
}

/** De Casteljau: the point of a curve at t in 0…1. */
function pointAt(curve: Curve, t: number): Curve[number] {
  if (curve.length === 1) return curve[0]!;
  const between = curve.slice(1).map(([x, y], i) => {
    const [fromX, fromY] = curve[i]!;
    return [fromX + t * (x - fromX), fromY + t * (y - fromY)] as const;
  });
  return pointAt(between, t);
}

/**
 * Straight edges of closed outlines as [x0, y0, x1, y1, …] in pixels, y downwards.
 * Holes run the other way round than what they are cut from.
 */
export type Edges = readonly number[];

/** One of them. */
type Edge = [x0: number, y0: number, x1: number, y1: number];

/**
 * How much of each pixel the outlines cover, 0…1, row-major [height, width]; exact for outlines that do not
 * overlap. Each edge adds, to the pixels that it crosses, the signed area to its right; a running sum along
 * the row then gives the coverage. Edges must lie inside the picture.
 */
export function rasterize(edges: Edges, width: number, height: number): Float32Array {
  // One spare column: the last pixel's edges spill to its right.
  const area = new Float32Array((width + 1) * height);
  for (let i = 0; i < edges.length; i += 4) {
    addEdge(area, width + 1, edges.slice(i, i + 4) as Edge);
  }
  const coverage = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    let sum = 0;
    for (let x = 0; x < width; x++) {
      sum += area[y * (width + 1) + x]!;
      coverage[y * width + x] = Math.min(1, Math.abs(sum));
    }
  }
  return coverage;
}

/** Cuts an edge at the borders of the pixels that it crosses, and adds each piece. */
function addEdge(area: Float32Array, stride: number, [x0, y0, x1, y1]: Edge): void {
  if (y0 === y1) return;
  eachCell(y0, y1, (t0, t1) => {
    const [left, top] = [x0 + t0 * (x1 - x0), y0 + t0 * (y1 - y0)];
    const [right, bottom] = [x0 + t1 * (x1 - x0), y0 + t1 * (y1 - y0)];
    const row = Math.floor((top + bottom) / 2) * stride;
    eachCell(left, right, (u0, u1) => {
      const middle = left + ((u0 + u1) / 2) * (right - left);
      const column = Math.floor(middle);
      const rise = (u1 - u0) * (bottom - top);
      area[row + column]! += rise * (1 - (middle - column));
      area[row + column + 1]! += rise * (middle - column);
    });
  });
}

/** Visits the parts of the way from `a` to `b` between neighbouring whole numbers, as fractions of the way. */
function eachCell(a: number, b: number, visit: (from: number, to: number) => void): void {
  const step = b >= a ? 1 : -1;
  let from = 0;
  for (
    let border = step > 0 ? Math.floor(a) + 1 : Math.ceil(a) - 1;
    (b - border) * step > 0;
    border += step
  ) {
    const to = (border - a) / (b - a);
    visit(from, to);
    from = to;
  }
  visit(from, 1);
}

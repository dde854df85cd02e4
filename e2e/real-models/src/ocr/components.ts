import type { Region } from '../image/image.js';

/** A patch of touching pixels above the threshold: its bounding box and its mean value. */
export interface Component {
  readonly box: Region;
  readonly mean: number;
  readonly pixels: number;
}

/** Finds the patches of pixels above `threshold` that touch by side or corner; `map` is [height, width]. */
export function components(map: Float32Array, width: number, threshold: number): Component[] {
  const seen = new Uint8Array(map.length);
  const found: Component[] = [];
  for (let start = 0; start < map.length; start++) {
    if (seen[start] === 1 || !(map[start]! > threshold)) continue;
    found.push(measure(map, width, flood(map, width, threshold, start, seen)));
  }
  return found;
}

/** The positions of all pixels connected to `start`; marks them as seen. */
function flood(
  map: Float32Array,
  width: number,
  threshold: number,
  start: number,
  seen: Uint8Array,
): number[] {
  const members = [start];
  seen[start] = 1;
  for (let next = 0; next < members.length; next++) {
    for (const neighbour of neighbours(members[next]!, width, map.length)) {
      if (seen[neighbour] === 1 || !(map[neighbour]! > threshold)) continue;
      seen[neighbour] = 1;
      members.push(neighbour);
    }
  }
  return members;
}

/** The up to eight pixels around one. */
function neighbours(at: number, width: number, size: number): number[] {
  const column = at % width;
  const columns = [column - 1, column, column + 1].filter((value) => value >= 0 && value < width);
  return [-width, 0, width]
    .flatMap((row) => columns.map((value) => at + row + value - column))
    .filter((value) => value >= 0 && value < size && value !== at);
}

function measure(map: Float32Array, width: number, members: readonly number[]): Component {
  let [left, right, sum] = [width, 0, 0];
  let [top, bottom] = [Infinity, 0];
  for (const at of members) {
    const [x, y] = [at % width, Math.floor(at / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    sum += map[at]!;
  }
  const box = { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
  return { box, mean: sum / members.length, pixels: members.length };
}

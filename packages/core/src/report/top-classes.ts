import { checkHas, checkList } from '../errors/check-kinds.js';

/**
 * The class with the highest score in each row; the first of equal ones. NaN is never the highest.
 *
 * @param scores Row-major, `rows` × `classes`.
 * @param size With how many values lie between the scores of two classes where axes follow that of the classes; default 1.
 * @throws LowbitError `invalid-argument`.
 */
export function topClasses(
  scores: ArrayLike<number>,
  size: { readonly rows: number; readonly classes: number; readonly after?: number },
): readonly number[] {
  checkList(scores, 'topClasses: scores');
  checkHas(size, ['rows', 'classes'], 'topClasses: size', 'the numbers of rows and classes');
  const { rows, classes, after = 1 } = size;
  return Array.from({ length: rows }, (_, row) => {
    const start = Math.floor(row / after) * classes * after + (row % after);
    let best = 0;
    let highest = -Infinity;
    for (let i = 0; i < classes; i++) {
      const score = scores[start + i * after] as number;
      if (score > highest) [best, highest] = [i, score];
    }
    return best;
  });
}

/** In how many places two lists are equal. @throws LowbitError `invalid-argument`. */
export function countEqual(first: ArrayLike<number>, second: ArrayLike<number>): number {
  checkList(first, 'countEqual: first');
  checkList(second, 'countEqual: second');
  let equal = 0;
  for (let i = 0; i < first.length; i++) if (first[i] === second[i]) equal++;
  return equal;
}

import { seededRandom } from '../numeric/random.js';

/** A uniform random sample of a stream of values, of bounded size. */
export interface Reservoir {
  readonly sample: readonly number[];
  add(values: ArrayLike<number>): void;
}

/** Reservoir sampling, algorithm L (K.-H. Li, 1994): jumps from value to value that is taken, and looks at no other. */
export function reservoir(size: number, seed: number): Reservoir {
  const random = seededRandom(seed);
  const sample: number[] = [];
  let weight = 1;
  /** Values to pass over before the next that is taken. */
  let skip = size > 0 ? 0 : Infinity;
  const drawSkip = () => {
    weight *= Math.exp(Math.log(1 - random()) / size);
    skip = Math.floor(Math.log(1 - random()) / Math.log(1 - weight));
  };
  return {
    sample,
    add(values) {
      let at = 0;
      while (sample.length < size && at < values.length) {
        sample.push(values[at++] as number);
        if (sample.length === size) drawSkip();
      }
      for (at += skip; at < values.length; at += 1 + skip) {
        sample[Math.floor(random() * size)] = values[at] as number;
        drawSkip();
      }
      skip = at - values.length;
    },
  };
}

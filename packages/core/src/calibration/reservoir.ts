import { seededRandom } from '../numeric/random.js';

/** A uniform random sample of a stream of values, of bounded size. */
export interface Reservoir {
  readonly sample: readonly number[];
  add(value: number): void;
}

/** Reservoir sampling, algorithm L (K.-H. Li, 1994): draws how many values to pass over, not one number a value. */
export function reservoir(size: number, seed: number): Reservoir {
  const random = seededRandom(seed);
  const sample: number[] = [];
  let weight = 1;
  let skip = 0;
  const drawSkip = () => {
    weight *= Math.exp(Math.log(1 - random()) / size);
    skip = Math.floor(Math.log(1 - random()) / Math.log(1 - weight));
  };
  return {
    sample,
    add(value) {
      if (sample.length < size) {
        sample.push(value);
        if (sample.length === size) drawSkip();
      } else if (skip-- === 0) {
        sample[Math.floor(random() * size)] = value;
        drawSkip();
      }
    },
  };
}

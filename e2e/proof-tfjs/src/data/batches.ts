import type { Batch } from '@lowbit/core';
import type { Random } from '@lowbit/core/adapter';
import { side, type Pictures } from './fashion-mnist.js';

/** Mean and standard deviation of all training pixels in 0 … 1, rounded. */
const [pixelMean, pixelDeviation] = [0.286, 0.353];
const pictureSize = side * side;

/** Some pictures as a network takes them. */
export interface Minibatch {
  /** `[count, 28, 28, 1]`, about mean 0 and deviation 1. */
  readonly values: Float32Array;
  readonly labels: Uint8Array;
}

/** Pictures by their numbers. */
function pick({ pixels, labels }: Pictures, numbers: ArrayLike<number>): Minibatch {
  const values = new Float32Array(numbers.length * pictureSize);
  for (let row = 0; row < numbers.length; row++) {
    const from = numbers[row]! * pictureSize;
    for (let i = 0; i < pictureSize; i++)
      values[row * pictureSize + i] = (pixels[from + i]! / 255 - pixelMean) / pixelDeviation;
  }
  return { values, labels: Uint8Array.from(numbers, (number) => labels[number]!) };
}

/** All pictures in random order, `size` at a time; what is left over at the end is left out. */
export function* shuffled(pictures: Pictures, size: number, random: Random): Generator<Minibatch> {
  const order = permutation(pictures.count, random);
  for (let start = 0; start + size <= order.length; start += size)
    yield pick(pictures, order.subarray(start, start + size));
}

/** All pictures in order, `size` at a time. */
export function* inOrder(pictures: Pictures, size: number): Generator<Minibatch> {
  for (let start = 0; start < pictures.count; start += size) {
    const length = Math.min(size, pictures.count - start);
    yield pick(
      pictures,
      Array.from({ length }, (_, i) => start + i),
    );
  }
}

/** The first pictures as batches for `train`, `observe` and `features`. */
export function labelledBatches(pictures: Pictures, count: number, size: number): Batch[] {
  return Array.from(inOrder({ ...pictures, count }, size), ({ values, labels }) => ({
    inputs: { pictures: { shape: [labels.length, side, side, 1], data: values } },
    labels,
  }));
}

/** The numbers 0 … count − 1, every order equally likely. */
function permutation(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

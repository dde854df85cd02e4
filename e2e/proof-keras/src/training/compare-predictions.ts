import { inOrder, side, type Pictures } from '@lowbit/e2e-proof-tfjs';
import { withSession } from '@lowbit/e2e-real-models';
import type { Tell } from '@lowbit/e2e-real-models/proof';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as ort from 'onnxruntime-web/wasm';
import { closeness, withOtherLevels } from './other-levels.js';

/** What came of comparing the classes that two runtimes find. */
export interface Comparison {
  readonly pictures: number;
  /** In percent, of the ONNX file. */
  readonly accuracy: number;
  /** Pictures whose classes or scores differ for another reason than rounding. */
  readonly different: number;
  /** Pictures that differ, in sentences. */
  readonly ties: readonly string[];
  /** The largest difference between scores. */
  readonly worst: number;
}

const [batchSize, classes] = [500, 10];
/** Scores that lie this close, relative to the largest, differ by the order of float additions, which may put them in another order. */
const rounding = 1e-5;

/** So close to the border between two levels, in steps, runtimes that sum in other orders may take either: 1 to 16 units in the last place of 8 … 16. */
const limits = [1e-6, 2e-6, 4e-6, 8e-6, 1.6e-5];

/** A picture that gets another class or other scores, its values, and its scores in TensorFlow.js and in ONNX. */
interface Differing {
  readonly number: number;
  readonly values: Float32Array;
  readonly scores: readonly [Float32Array, Float32Array];
}

/** Runs all pictures through a model of TensorFlow.js and a file of ONNX, and finds out why they differ where they do. */
export async function comparePredictions(
  model: LayersModel,
  bytes: Uint8Array,
  pictures: Pictures,
  tell: Tell,
): Promise<Comparison> {
  const { differing, ...totals } = await compared(model, bytes, pictures, tell);
  // Where the scores are close, two of them lie within rounding of each other.
  const others = differing.filter(({ scores }) => !areClose(...scores));
  tell(`tracing ${others.length} pictures`);
  const traced = await tracedPictures(bytes, others);
  const words = (picture: Differing) => {
    const [first, second] = picture.scores.map(largest);
    const reason = traced.get(picture.number) ?? `scores ${distance(...picture.scores)} apart`;
    const what = first === second ? `class ${first}` : `class ${first} or ${second}`;
    return `picture ${picture.number}: ${what}, ${reason}`;
  };
  return { ...totals, different: others.length - traced.size, ties: differing.map(words) };
}

function compared(model: LayersModel, bytes: Uint8Array, pictures: Pictures, tell: Tell) {
  return withSession(bytes, async (session) => {
    const differing: Differing[] = [];
    const totals = { pictures: 0, right: 0, worst: 0 };
    for (const { values, labels } of inOrder(pictures, batchSize)) {
      tell(`comparing, ${totals.pictures} of ${pictures.count}`);
      const shape = [labels.length, side, side, 1] as [number, number, number, number];
      const given = tf.tidy(() =>
        (model.predict(tf.tensor4d(values, shape)) as tf.Tensor).dataSync<'float32'>(),
      );
      const feeds = { [session.inputNames[0]!]: new ort.Tensor('float32', values, shape) };
      const other = (await session.run(feeds))[session.outputNames[0]!]!.data as Float32Array;
      labels.forEach((label, row) => {
        const scores = [given, other].map((all) => all.slice(row * classes, (row + 1) * classes));
        const [a, b] = scores as [Float32Array, Float32Array];
        totals.worst = Math.max(totals.worst, distance(a, b));
        totals.right += largest(b) === label ? 1 : 0;
        if (largest(a) === largest(b) && areClose(a, b)) return;
        const own = values.slice(row * side ** 2, (row + 1) * side ** 2);
        differing.push({ number: totals.pictures + row, values: own, scores: [a, b] });
      });
      totals.pictures += labels.length;
    }
    const { right, ...others } = totals;
    return { ...others, accuracy: (100 * right) / totals.pictures, differing };
  });
}

/**
 * Of pictures whose scores become those of TensorFlow.js when values within rounding of a border between two levels take the level beyond it, where
 * these values are, in words.
 */
function tracedPictures(
  file: Uint8Array,
  pictures: readonly Differing[],
): Promise<ReadonlyMap<number, string>> {
  const { bytes, sites } = withOtherLevels(file);
  return withSession(bytes, async (session) => {
    const traced = new Map<number, string>();
    const [input = ''] = session.inputNames.filter((name) => name !== closeness);
    const chosen = limits.flatMap((limit) => subsetsOf(sites).map((places) => ({ limit, places })));
    for (const { number, values, scores } of pictures)
      for (const { limit, places } of chosen) {
        const close = Float32Array.from({ length: sites }, (_, site) => (places.includes(site) ? limit : 0));
        const result = await session.run({
          [input]: new ort.Tensor('float32', values, [1, side, side, 1]),
          [closeness]: new ort.Tensor('float32', close, [sites]),
        });
        const other = result[session.outputNames[0]!]!.data as Float32Array;
        if (!areClose(scores[0], other)) continue;
        const where = `at quantized input ${places.map((site) => site + 1).join(' and ')} of ${sites}`;
        traced.set(number, `as a value within ${limit} steps of a border takes either level, ${where}`);
        break;
      }
    return traced;
  });
}

/** Sets of the numbers below a count, but for the empty one. */
function subsetsOf(count: number): readonly (readonly number[])[] {
  const numbers = Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: 2 ** count - 1 }, (_, i) => numbers.filter((each) => ((i + 1) >> each) & 1));
}

/** Whether scores differ by no more than rounding. */
function areClose(a: Float32Array, b: Float32Array): boolean {
  return distance(a, b) <= rounding * Math.max(1, ...a.map(Math.abs));
}

const distance = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

function largest(scores: ArrayLike<number>): number {
  return Array.from(scores).reduce((best, score, i) => (score > scores[best]! ? i : best), 0);
}

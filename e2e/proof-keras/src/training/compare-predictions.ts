import { inOrder, side, type Pictures } from '@lowbit/e2e-proof-tfjs';
import { withSession } from '@lowbit/e2e-real-models';
import type { Tell } from '@lowbit/e2e-real-models/proof';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import * as ort from 'onnxruntime-web/wasm';

/** What came of comparing the classes that two runtimes find. */
export interface Comparison {
  readonly pictures: number;
  /** In percent, of the ONNX file. */
  readonly accuracy: number;
  /** Pictures that get another class although the two scores lie further apart than rounding. */
  readonly different: number;
  /** Pictures that get another class, in sentences. */
  readonly ties: readonly string[];
  /** The largest difference between scores. */
  readonly worst: number;
}

const [batchSize, classes] = [500, 10];
/** Scores, which are shares of 1, that lie this close may be put in another order by the order of float additions. */
const rounding = 1e-5;

/** Runs all pictures through a model of TensorFlow.js and a file of ONNX. */
export function comparePredictions(
  model: LayersModel,
  bytes: Uint8Array,
  pictures: Pictures,
  tell: Tell,
): Promise<Comparison> {
  return withSession(bytes, async (session) => {
    const [ties, totals] = [[] as string[], { pictures: 0, right: 0, different: 0, worst: 0 }];
    for (const { values, labels } of inOrder(pictures, batchSize)) {
      tell(`comparing, ${totals.pictures} of ${pictures.count}`);
      const shape = [labels.length, side, side, 1] as [number, number, number, number];
      const given = tf.tidy(() =>
        (model.predict(tf.tensor4d(values, shape)) as tf.Tensor).dataSync<'float32'>(),
      );
      const feeds = { [session.inputNames[0]!]: new ort.Tensor('float32', values, shape) };
      const other = (await session.run(feeds))[session.outputNames[0]!]!.data as Float32Array;
      const worst = given.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0);
      labels.forEach((label, row) => {
        const [a, b] = [given, other].map((scores) => scores.slice(row * classes, (row + 1) * classes));
        const [first, second] = [largest(a!), largest(b!)];
        totals.right += second === label ? 1 : 0;
        if (first === second) return;
        const margin = Math.max(a![first]! - a![second]!, b![second]! - b![first]!);
        ties.push(`picture ${totals.pictures + row}: class ${first} or ${second}, ${margin} apart`);
        if (margin > rounding) totals.different++;
      });
      totals.worst = Math.max(totals.worst, worst);
      totals.pictures += labels.length;
    }
    const { right, ...others } = totals;
    return { ...others, accuracy: (100 * right) / totals.pictures, ties };
  });
}

function largest(scores: ArrayLike<number>): number {
  return Array.from(scores).reduce((best, score, i) => (score > scores[best]! ? i : best), 0);
}

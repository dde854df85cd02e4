import { quantize } from '@lowbit/core';
import { compile, type CompiledModel, tfjs } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { measure, type Timing } from '../measure.js';
import type { Contender } from '../work.js';
import type { Network, NetworkVariant } from './network.js';
import { type ProfileLine, profileOf } from './profile.js';

/** A network, what it took in TensorFlow.js and compiled, and where that went. */
export interface NetworkRow {
  readonly network: string;
  /** Float32 first, then each variant. */
  readonly timings: readonly Timing[];
  readonly variants: readonly VariantResult[];
}

export interface VariantResult {
  readonly name: string;
  readonly goal?: number;
  readonly least?: number;
  /** Layers that run packed, and all with weights. */
  readonly packed: number;
  readonly layers: number;
  /** Pictures that get the class that the same weights give in TensorFlow.js, and all. */
  readonly same: number;
  readonly pictures: number;
  /** Whether that is 99 % of them. */
  readonly keepsClasses: boolean;
  readonly profile: readonly ProfileLine[];
}

type Predicts = Pick<CompiledModel, 'predict'>;

/** Times a network, float32 in TensorFlow.js first, and compares classes. */
export async function measureNetwork(network: Network, rounds: number): Promise<NetworkRow> {
  const { name, shape, variants } = network;
  await tf.setBackend('wasm');
  const model = await network.load();
  const picture = tf.randomUniform([1, ...shape], 0, 1, 'float32', 1);
  const contenders: Contender[] = [contender('tfjs-wasm float32', model, picture)];
  const results: VariantResult[] = [];
  for (const variant of variants) {
    const { compiled, same, pictures } = await compiledAndCompared(model, network, variant);
    contenders.push(contender(variant.name, compiled, picture));
    const layers = compiled.explain();
    const packed = layers.filter(({ isPacked }) => isPacked).length;
    const profile = await profileOf(() => tf.dispose(compiled.predict(picture)));
    const { goal, least } = variant;
    const goals = { ...(goal !== undefined && { goal }), ...(least !== undefined && { least }) };
    const classes = { same, pictures, keepsClasses: same >= 0.99 * pictures };
    results.push({ name: variant.name, ...goals, packed, layers: layers.length, ...classes, profile });
  }
  const timings = await measure(contenders, rounds);
  for (const { dispose } of contenders) dispose();
  picture.dispose();
  return { network: name, timings, variants: results };
}

async function compiledAndCompared(model: LayersModel, network: Network, variant: NetworkVariant) {
  const port = tfjs(model);
  const first = { shape: [1, ...network.shape], data: firstOf(network.pictures()) };
  // Some quantizers of inputs want to know how these are spread.
  const calibration =
    variant.recipe.activations && (await port.observe([{ inputs: { [model.inputNames[0]!]: first } }]));
  const { model: small } = await quantize(port, { ...variant.recipe, ...(calibration && { calibration }) });
  const compiled = await compile(small, variant.options);
  let [same, pictures] = [0, 0];
  for (const values of network.pictures()) {
    const [one, other] = tf.tidy(() => {
      const x = tf.tensor(values, [1, ...network.shape]);
      return [small, compiled].map((each) => classOf(each, x));
    });
    pictures++;
    if (one === other) same++;
  }
  small.dispose();
  return { compiled, same, pictures };
}

function firstOf(pictures: Iterable<Float32Array>): Float32Array {
  for (const picture of pictures) return picture;
  return new Float32Array();
}

function classOf(model: Predicts, x: tf.Tensor): number {
  return tf.argMax(model.predict(x, {}) as tf.Tensor, -1).dataSync()[0]!;
}

function contender(name: string, model: Predicts & { dispose(): unknown }, picture: tf.Tensor): Contender {
  const outputs = () =>
    tf.tidy(() => (model.predict(picture, {}) as tf.Tensor).dataSync().slice() as Float32Array);
  return { name, run: outputs, outputs, dispose: () => model.dispose() };
}

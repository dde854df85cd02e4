import { byName, seededRandom, train } from '@lowbit/core';
import { seedFrom } from '@lowbit/core/adapter';
import { accuracyOf, compile, type Pictures, trainEpoch } from '@lowbit/e2e-proof-tfjs';
import type { Tell } from '@lowbit/e2e-real-models/proof';
import { tfjs } from '@lowbit/tfjs';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { residualNetwork } from './residual-network.js';
import { settings } from './settings.js';
import { recipe, type WeightBits } from './variants.js';

/** What a net reached, in percent, and what its quantized weights take, parameters counted. */
export interface Trained {
  readonly accuracy: number;
  /** On the pictures that it was trained on. */
  readonly ofTraining: number;
  readonly bytes: number;
}

/** Pictures to train on, and to judge by. */
export interface Data {
  readonly training: Pictures;
  readonly test: Pictures;
}

/** The values of all variables, by name, as lists: JSON. */
export type Variables = Readonly<Record<string, readonly number[]>>;

/** Trains the float network from which all others go on. */
export async function trainFloat(data: Data, tell: Tell): Promise<Variables> {
  const model = residualNetwork(settings.floatSeed);
  compile(model);
  await epochs(model, data, { rates: settings.floatRates, seed: settings.floatSeed, title: 'float', tell });
  const values = await tfjs(model).variables();
  model.optimizer.dispose();
  model.dispose();
  return Object.fromEntries([...values].map(([name, own]) => [name, [...own]]));
}

/** The float network, as it was trained. */
export function floatNetwork(variables: Variables): LayersModel {
  const model = residualNetwork(settings.floatSeed);
  tfjs(model).assign(
    new Map(Object.entries(variables).map(([name, own]) => [name, Float32Array.from(own)] as const)),
  );
  return model;
}

/** Goes on from the float network with these bits. The seed decides the order of the pictures, for all nets alike. */
export async function trainVariant(
  float: Variables,
  bits: WeightBits,
  data: Data,
  { seed, title, tell }: { readonly seed: number; readonly title: string; readonly tell: Tell },
): Promise<Trained> {
  const model = floatNetwork(float);
  compile(model);
  const run = train(tfjs(model), { ...recipe, bits: byName(bits) });
  for await (const round of run) {
    void round;
    await epochs(model, data, { rates: settings.rates, seed, title, tell });
  }
  const { model: small, report } = await run.result;
  const trained = {
    accuracy: accuracyOf(small, data.test),
    ofTraining: accuracyOf(small, data.training),
    bytes: report.weights.reduce((sum, { sizes }) => sum + sizes.stored, 0),
  };
  small.dispose();
  model.optimizer.dispose();
  model.dispose();
  return trained;
}

interface Course {
  readonly rates: readonly number[];
  readonly seed: number;
  readonly title: string;
  readonly tell: Tell;
}

async function epochs(model: LayersModel, { training }: Data, { rates, seed, title, tell }: Course) {
  for (const [epoch, learningRate] of rates.entries()) {
    tell(`${title}: epoch ${epoch + 1} of ${rates.length}`);
    const random = seededRandom(seedFrom(seed, `epoch ${epoch}`));
    await trainEpoch(model, training, { batchSize: settings.batchSize, learningRate, random });
  }
}

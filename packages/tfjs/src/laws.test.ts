import { forwardLaws, opsLaws, portLaws, type Law } from '@lowbit/conformance';
import type { Batch, ModelPort, Quantizer } from '@lowbit/core';
import { artifactWeights, expandWeight, isPacked } from '@lowbit/tfjs-format';
import { loadGraphModel, type GraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { onEveryBackend } from '../test/backends.js';
import { imageGraph } from '../test/graphs.js';
import {
  crossSharedModel,
  imageModel,
  sequenceModel,
  sharedModel,
  smallSequential,
  withSeededWeights,
} from '../test/models.js';
import { clippedGrid, grid, halves, ranks } from '../test/quantizers.js';
import { graphModel, tfjs, tfjsOps } from './index.js';
import { disposeWeights } from './model/dispose-weights.js';
import { surveyModel } from './model/survey.js';

/** Runs a law and releases what it leaves: laws know nothing of tensors that must be disposed. */
async function run(law: Law): Promise<void> {
  const variables = () => Object.values(tf.engine().state.registeredVariables);
  const before = new Set(variables());
  tf.engine().startScope();
  try {
    await law.run();
  } finally {
    tf.engine().endScope();
    variables().forEach((variable) => before.has(variable) || variable.dispose());
  }
}

function toArray(tensor: tf.Tensor) {
  return { shape: tensor.shape, data: tensor.dataSync() };
}

function weightsOf(model: tfLayers.LayersModel): Map<string, Float32Array> {
  const variables = surveyModel(model).flatMap((layer) => layer.variables);
  return new Map(variables.map(({ id, variable }) => [id, variable.read().dataSync<'float32'>()]));
}

/** Two samples for a model, which is only asked for its inputs. */
function batchOf(model: tfLayers.LayersModel): Batch {
  const inputs = model.inputs.map(({ shape }, i) => {
    const size = [2, ...(shape.slice(1) as number[])];
    const data = Float32Array.from({ length: tf.util.sizeFromShape(size) }, (_, k) =>
      model.name === 'sequence' ? k % 7 : Math.sin(k + i),
    );
    return [model.inputNames[i], { shape: size, data }] as const;
  });
  disposeWeights(model);
  return { inputs: Object.fromEntries(inputs), labels: [1, 0] };
}

/** What every backend has the gradients of. */
function denseModel(): tfLayers.LayersModel {
  const { dense } = tfLayers.layers;
  return withSeededWeights(
    tfLayers.sequential({
      name: 'dense',
      layers: [
        dense({ name: 'first', units: 6, activation: 'tanh', inputShape: [5] }),
        dense({ name: 'last', units: 3 }),
      ],
    }),
  );
}

const optimizers: tf.Optimizer[] = [];

/** A compiled model, and one step of gradient descent on numbers that it cannot give. */
function trainable(make: () => tfLayers.LayersModel) {
  const model = make();
  const optimizer = tf.train.sgd(0.5);
  optimizers.push(optimizer);
  model.compile({ optimizer, loss: 'meanSquaredError' });
  const { inputs } = batchOf(make());
  const train = async () => {
    const given = model.inputNames.map((name) => {
      const { shape, data } = inputs[name]!;
      return tf.tensor(Float32Array.from(data), [...shape]);
    });
    const targets = tf.fill([2, ...(model.outputs[0]!.shape.slice(1) as number[])], 3);
    await model.fit(given, targets, { epochs: 1, verbose: 0 });
    tf.dispose([given, targets]);
  };
  return { port: tfjs(model), train };
}

function brokenPort(): ModelPort<tfLayers.LayersModel> {
  const model = smallSequential();
  const kernel = model.getLayer('last').weights[0]!;
  tf.tidy(() => void kernel.write(tf.fill([15, 4], Infinity)));
  return tfjs(model);
}

onEveryBackend('laws of the interpreter', (test) => {
  // The wasm backend adds in float32: a mean of values that cancel has fewer exact bits.
  for (const law of opsLaws(tfjsOps, toArray, { rounding: 2 ** -20 })) test(law.title, () => run(law));
});

const quantizers: readonly [Quantizer, 'straight-through' | 'own'][] = [
  [grid, 'straight-through'],
  [ranks, 'straight-through'],
  [halves, 'straight-through'],
  [clippedGrid, 'own'],
];

for (const [quantizer, gradient] of quantizers) {
  onEveryBackend(`laws of the forward pass of ${quantizer.name}`, (test) => {
    for (const law of forwardLaws(quantizer, tfjsOps, toArray, { gradient })) test(law.title, () => run(law));
  });
}

for (const make of [denseModel, smallSequential, imageModel, sharedModel, crossSharedModel, sequenceModel]) {
  onEveryBackend(`laws of the port on ${make.name}`, (test) => {
    const laws = portLaws({
      make: () => tfjs(make()),
      decodeResult: weightsOf,
      fingerprint: (model) => [...weightsOf(model)].map(([id, values]) => [id, ...values]),
      makeNonFinite: brokenPort,
      makeBatches: () => [batchOf(make())],
      ...(make === denseModel ? { makeTrainable: () => trainable(make) } : {}),
    });
    for (const law of laws)
      test(law.title, () => run(law).finally(() => optimizers.splice(0).forEach((one) => one.dispose())));
  });
}

/** The weights of a written graph, and those that stay as they were. */
function graphWeights(artifacts: tf.io.ModelArtifacts): Map<string, Float32Array> {
  const stored = artifactWeights(artifacts, 'model').filter(
    ({ spec }) => spec.dtype === 'float32' || isPacked(spec),
  );
  return new Map(stored.map((weight) => [weight.spec.name, expandWeight(weight, 'model')]));
}

onEveryBackend('laws of the port of a graph model', (test) => {
  const loaded: GraphModel[] = [];
  const batch = {
    inputs: { x: { shape: [2, 8, 8, 3], data: Float32Array.from({ length: 384 }, (_, i) => Math.sin(i)) } },
  };
  const live = async () => {
    const model = await loadGraphModel(tf.io.fromMemory(imageGraph()));
    loaded.push(model);
    return graphModel(model);
  };
  const laws = portLaws({
    make: live,
    decodeResult: graphWeights,
    fingerprint: ({ weightData, userDefinedMetadata }) => [
      [...new Uint8Array(weightData as ArrayBuffer)],
      userDefinedMetadata,
    ],
    makeBatches: () => [batch],
  });
  for (const law of laws)
    test(law.title, async () => {
      try {
        await law.run();
      } finally {
        loaded.splice(0).forEach((model) => model.dispose());
      }
    });
});

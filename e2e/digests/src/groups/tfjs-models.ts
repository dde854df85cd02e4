import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { graphModel, quantize, registry, save, saveGraph, tfjs, type Batch, type Recipe } from '../doors.js';
import { outcomeOf, type Group } from '../item.js';
import { graphArtifacts } from '../models/graph-models.js';
import { imageModel, sequenceModel, sharedModel } from '../models/layers-models.js';
import { indices, noise } from '../models/made-model.js';
import { everyForm, oneOfEachKind } from '../recipes.js';

/** Models by name, with values to run them on. */
export const layersModels: Readonly<
  Record<string, { readonly make: () => LayersModel; readonly batches: readonly Batch[] }>
> = {
  image: { make: imageModel, batches: [1, 2].map((seed) => ({ inputs: { x: noise([4, 8, 8, 3], seed) } })) },
  sequence: {
    make: sequenceModel,
    batches: [1, 2].map((seed) => ({ inputs: { x: indices([4, 5], 40, seed) } })),
  },
  twins: {
    make: sharedModel,
    batches: [1, 2].map((seed) => ({ inputs: { a: noise([4, 12], seed), b: noise([4, 12], seed + 2) } })),
  },
};

type Form = {
  readonly format?: 'packed' | 'plain';
  readonly plain?: 'uint8' | 'uint16' | 'float16' | 'float32';
};

/** Forms that a model is quantized for. */
const forms: Readonly<Record<string, Form>> = {
  packed: {},
  plain: { format: 'plain' },
  'plain uint16': { format: 'plain', plain: 'uint16' },
  'plain float16': { format: 'plain', plain: 'float16' },
};

/** The artifacts that a model is saved as. */
async function saved(write: (handler: tf.io.IOHandler) => Promise<unknown>): Promise<object> {
  let artifacts: tf.io.ModelArtifacts = {};
  const report = await write({
    save: (given) => {
      artifacts = given;
      return Promise.resolve({ modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(given) });
    },
  });
  return { artifacts, report };
}

const twoLevel = [6, 8].map(
  (bits) =>
    [
      `min-max 4 group:16 two-level ${bits}`,
      {
        ...{ registry, weights: 'min-max', bits: 4, granularity: 'group:16' },
        parameterStorage: { kind: 'two-level', bits },
      } as Recipe,
    ] as const,
);

/** Layers models × forms of files × recipes; folded too, and saved in another form than they were made for. */
export const tfjsFiles: Group = {
  name: 'TensorFlow.js: layers models',
  async *items() {
    await tf.setBackend('cpu');
    for (const [name, { make }] of Object.entries(layersModels)) {
      const model = make();
      for (const [form, options] of Object.entries(forms))
        for (const [title, recipe] of form === 'packed' ? [...everyForm, ...twoLevel] : oneOfEachKind)
          yield {
            name: `${name} ${form} ${title}`,
            content: await outcomeOf(() => quantizedFile(model, options, recipe)),
          };
      model.dispose();
    }
  },
};

async function quantizedFile(model: LayersModel, form: Form, recipe: Recipe): Promise<object> {
  const { model: small } = await quantize(tfjs(model, form), recipe, { measure: false });
  const as = await saved((handler) => save(small, handler));
  const half = await saved((handler) => save(small, handler, { rest: 'float16' }));
  const other = form.format === 'plain' ? 'packed' : 'plain';
  const turned = await saved((handler) => save(small, handler, { format: other }));
  small.dispose();
  return { as, half, turned };
}

/** Batch normalization folded into the layers before it, and activations of every method. */
export const tfjsVariants: Group = {
  name: 'TensorFlow.js: folded, activations',
  async *items() {
    await tf.setBackend('cpu');
    const folding = imageModel();
    for (const [title, recipe] of oneOfEachKind) {
      const { model } = await quantize(tfjs(folding, { foldBatchNorm: true }), recipe, { measure: false });
      yield { name: `folded ${title}`, content: await saved((handler) => save(model, handler)) };
      model.dispose();
    }
    folding.dispose();
    for (const [name, { make, batches }] of Object.entries(layersModels)) {
      const model = make();
      const port = tfjs(model);
      const calibration = await port.observe(batches);
      for (const [activations, activationBits] of activationMethods) {
        const recipe = { registry, bits: 8, activations, activationBits, calibration };
        const content = await outcomeOf(async () => {
          const { model: small } = await quantize(port, recipe, { measure: false });
          const file = await saved((handler) => save(small, handler));
          small.dispose();
          return file;
        });
        yield { name: `${name} ${activations} ${activationBits}`, content };
      }
      model.dispose();
    }
  },
};

const activationMethods = [
  ['min-max', 8],
  ['dynamic', 8],
  ['percentile', 4],
  ['mse', 4],
  ['moving-average', 8],
  ['ul2q', 3],
  ['hwgq', 2],
  ['dorefa', 2],
  ['bnn', 1],
  ['horq', 2],
  ['xnor', 1],
] as const;

/** A graph model × forms of files × recipes. */
export const tfjsGraphs: Group = {
  name: 'TensorFlow.js: graph models',
  async *items() {
    for (const [form, options] of Object.entries(forms))
      for (const [title, recipe] of form === 'packed' ? [...everyForm, ...twoLevel] : oneOfEachKind) {
        const content = await outcomeOf(async () => {
          const { model } = await quantize(graphModel(handlerOf(graphArtifacts()), options), recipe);
          const files = await saved((handler) => saveGraph(model, handler));
          const half = await saved((handler) => saveGraph(model, handler, { rest: 'float16' }));
          return { model, files, half };
        });
        yield { name: `${form} ${title}`, content };
      }
  },
};

const handlerOf = (artifacts: tf.io.ModelArtifacts): tf.io.IOHandler => ({
  load: () => Promise.resolve(artifacts),
});

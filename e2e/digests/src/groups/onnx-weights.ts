import { parseTarget, type OnnxOptions } from '../doors.js';
import type { Group } from '../item.js';
import { opsets, type Opset } from '../models/onnx-build.js';
import { convolutional, recurrent, transformer } from '../models/onnx-layers.js';
import { besides, chained, functions, halves, nested } from '../models/onnx-structures.js';
import type { MadeModel } from '../models/made-model.js';
import { everyForm, formsOfTargets, oneOfEachKind } from '../recipes.js';
import { filesItem } from './onnx-item.js';

/** Models of layers as they are usual, by name. */
export const layerModels: Readonly<Record<string, (opset: Opset) => MadeModel>> = {
  convolutional,
  transformer,
};
/** Models in which the place of a weight is the question. */
export const structures: Readonly<Record<string, (opset: Opset) => MadeModel>> = {
  ...{ recurrent, nested, functions, halves, besides, chained },
};

/** The oldest and the newest on WebAssembly and on WebGPU; without one, files are for 1.24 on WebAssembly. */
const targets = ['ort-web@1.20/wasm', 'ort-web@1.30/wasm', 'ort-web@1.24/webgpu', 'ort-web@1.30/webgpu'];

const goals = (options: OnnxOptions): OnnxOptions[] =>
  (['speed', 'memory'] as const).map((optimize) => ({ ...options, optimize }));

/** Every form × operator set, for speed and for memory. */
export const onnxForms: Group = {
  name: 'ONNX: forms of weights',
  async *items() {
    for (const [name, make] of Object.entries(layerModels))
      for (const opset of opsets) {
        const model = make(opset);
        for (const [title, recipe] of everyForm)
          yield filesItem(`${name} ${opset} ${title}`, model, recipe, goals({}));
      }
  },
};

/** Forms that depend on the runtime × operator set × target. */
export const onnxTargets: Group = {
  name: 'ONNX: targets',
  async *items() {
    for (const [name, make] of Object.entries(layerModels))
      for (const opset of opsets) {
        const model = make(opset);
        for (const target of targets)
          for (const [title, recipe] of formsOfTargets) {
            const options = goals({ target: parseTarget(target) });
            yield filesItem(`${name} ${opset} ${target} ${title}`, model, recipe, options);
          }
      }
  },
};

/** Subgraphs, functions, float16, files beside the model, chains × operator set. */
export const onnxStructures: Group = {
  name: 'ONNX: structures',
  async *items() {
    for (const [name, make] of Object.entries(structures))
      for (const opset of opsets) {
        const model = make(opset);
        for (const [title, recipe] of oneOfEachKind)
          yield filesItem(`${name} ${opset} ${title}`, model, recipe, goals({}));
      }
  },
};

const placements: Readonly<Record<string, OnnxOptions>> = {
  outside: { external: true },
  inside: { external: false },
  'outside at a path': { external: true, externalPath: 'data/weights', name: 'my.onnx' },
};

/** Where the data of tensors go × models × operator sets. */
export const onnxFiles: Group = {
  name: 'ONNX: files beside the model',
  async *items() {
    for (const [name, make] of Object.entries({ ...layerModels, ...structures }))
      for (const opset of [9, 17, 25] as const) {
        const model = make(opset);
        for (const [placement, options] of Object.entries(placements))
          for (const [title, recipe] of [...oneOfEachKind].slice(0, 2))
            yield filesItem(`${name} ${opset} ${placement} ${title}`, model, recipe, goals(options));
      }
  },
};

import { linearFamilies, type KernelRule } from '@lowbit/tfjs-format';
import type { layers, LayersModel, LayerVariable, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { innerLayers } from '../model/inner-layers.js';
import { surveyModel } from '../model/survey.js';
import { variableOf } from './folded-values.js';
import { modelOf } from '../model/internals.js';

type Layer = layers.Layer;

/** A batch normalization that can go into the layer before it. */
export interface Fold {
  readonly norm: Layer;
  readonly layer: Layer;
  /** The kernel that is scaled; of a separable convolution, the second. */
  readonly kernel: KernelRule;
}

/** What is to be folded in a model. */
export interface Folding {
  /** By the layer that takes the normalization in. */
  readonly folds: ReadonlyMap<Layer, Fold>;
  /** The normalizations that are folded. */
  readonly norms: ReadonlySet<Layer>;
  /** Why the others are not. */
  readonly refused: ReadonlyMap<Layer, string>;
}

/** What is to be folded in a model, by the ids of weights that lowbit quantized before. */
export type FoldingOf = (before: ReadonlyMap<string, string>) => Folding;

/** For a model that is to stay as it is. */
export const noFolding: Folding = { folds: new Map(), norms: new Set(), refused: new Map() };

/** Which batch normalizations of a model, nested models included, can go into the layer before them, and why the others cannot. */
export function findFolds(model: LayersModel, before: ReadonlyMap<string, string> = new Map()): Folding {
  const containers = containersOf(model);
  const outputs = new Set(containers.flatMap((container) => container.outputs));
  const norms = containers
    .flatMap((container) => container.layers)
    .filter((layer) => layer.getClassName() === 'BatchNormalization');
  const quantized = new Set(
    surveyModel(model).flatMap(({ variables }) =>
      variables.filter(({ id }) => before.has(id)).map(({ variable }) => variable),
    ),
  );
  const found = [...new Set(norms)].map(
    (norm) => [norm, unquantized(foldOf(norm, outputs), quantized)] as const,
  );
  const folds = found.map(([, fold]) => fold).filter((fold) => typeof fold !== 'string');
  return {
    folds: new Map(folds.map((fold) => [fold.layer, fold])),
    norms: new Set(folds.map(({ norm }) => norm)),
    refused: new Map(found.filter((pair): pair is [Layer, string] => typeof pair[1] === 'string')),
  };
}

/** The model and the models in it, in wrappers too. */
function containersOf(layer: Layer): LayersModel[] {
  const inner = innerLayers(layer).flatMap(containersOf);
  return 'layers' in layer ? [modelOf(layer), ...inner] : inner;
}

/** The fold, unless the kernel that it would change is quantized already. */
function unquantized(fold: Fold | string, quantized: ReadonlySet<LayerVariable>): Fold | string {
  if (typeof fold === 'string') return fold;
  const kernel = variableOf(fold.layer, fold.kernel.variable);
  const isFree = kernel === undefined || !quantized.has(kernel);
  return isFree ? fold : `the kernel of ${fold.layer.name} is quantized already by lowbit`;
}

/** The fold of a normalization, or why there is none. */
function foldOf(norm: Layer, outputs: ReadonlySet<SymbolicTensor>): Fold | string {
  const layer = norm.inboundNodes[0]?.inboundLayers[0];
  if (norm.inboundNodes.length !== 1 || layer === undefined) return 'it is used more than once';
  const { name } = layer;
  const className = layer.getClassName();
  const kernel = Object.hasOwn(linearFamilies, className)
    ? linearFamilies[className]?.kernels.at(-1)
    : undefined;
  if (kernel === undefined)
    return `it follows ${name}, which is no convolution and no Dense but ${className}`;
  if (layer.inboundNodes.length !== 1) return `${name} before it is used more than once`;
  const { activation, dataFormat } = layer.getConfig();
  if (activation !== 'linear') return `the activation of ${name} comes between: ${activation}`;
  if (layer.outboundNodes.length !== 1 || outputs.has(layer.output as SymbolicTensor))
    return `the output of ${name} goes elsewhere too`;
  const rank = (layer.output as SymbolicTensor).shape.length;
  const channels = dataFormat === 'channelsFirst' ? 1 : rank - 1;
  const axis = Number(norm.getConfig()['axis']);
  if ((axis + rank) % rank !== channels) return `it normalizes axis ${axis}, not the channels`;
  return { norm, layer, kernel };
}

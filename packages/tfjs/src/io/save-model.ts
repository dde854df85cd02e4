import { LowbitError, type QuantizationPlan } from '@lowbit/core';
import { checkOptionNames, defined } from '@lowbit/core/adapter';
import { checkSpecs, ownClasses, type PlainForm, type WeightSpec } from '@lowbit/tfjs-format';
import { io, keep, tidy, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkPlain } from '../form/storage-form.js';
import { checkModel, knownValue, wrongSource } from '../model/wrong-source.js';
import { planOf } from '../model/plan-record.js';
import { withRecordsOf, type WrittenWeight } from '../model/weight-records.js';
import { jsonBytes, layersMembers, plainJsonBytes } from './file-bytes.js';
import { formForgotten, roundedAgain, type SavedWeight } from './save-weight.js';
import { storeModelWeights } from './store-model-weights.js';
import { handlerWeights } from '../model/internals.js';

/** Where a model goes: a URL of any scheme that TensorFlow.js knows, or a handler of one's own. */
export type SaveTarget = string | io.IOHandler;

export interface SaveOptions {
  /**
   * `packed`: quantized weights as packed codes of 1 to 16 bits, to be loaded with `load` of this package. `plain`: only what
   * unmodified TensorFlow.js loads. Default: what the model was quantized for, `tfjs(model, { format })`, or `packed`. A model that was
   * quantized for `plain` keeps its values when it is saved as `packed`: weights of less than 8 bits are packed, where that is smaller.
   */
  readonly format?: 'packed' | 'plain';
  /**
   * How `plain` stores weights that were quantized for another form. Default: one that is on one even grid keeps it, exactly;
   * others are rounded again, to `uint8`, and the report warns.
   */
  readonly plain?: PlainForm;
  /** How weights that are not quantized are stored. Default `float32`, or the smaller form of the file that the model comes from. */
  readonly rest?: 'float32' | 'float16';
}

/** What was written, weight by weight. */
export interface SaveReport {
  readonly format: 'packed' | 'plain';
  /** Bytes of all files, `model.json` and weights; and of those with all weights as float32 and without a plan. */
  readonly bytes: number;
  readonly floatBytes: number;
  readonly weights: readonly SavedWeight[];
  /**
   * Accuracy that this form of saving costs, beyond that of the quantization: the lowest signal to noise ratio of a weight in
   * decibels; `null` when every weight is stored exactly.
   */
  readonly lowestSqnrDb: number | null;
  /** Layers and activations of this package in the model, which TensorFlow.js knows after `registerLayers()` only, whatever the form. */
  readonly ownLayers: readonly string[];
  /** What this form of saving did to the model, where that can be had better. */
  readonly warnings: readonly string[];
}

/**
 * Saves a model, its plan and its provenance.
 *
 * @throws LowbitError `invalid-argument` for what is no model and for a value that is not offered, `unsupported-option`, `model-malformed` for two weights of one name,
 *   `file-unwritable` when nothing can save to such a URL; what the handler throws.
 * @example
 * const { model } = await quantize(tfjs(float), { weights: minMax(), bits: 4 });
 * await save(model, 'file://out');
 */
export async function save(
  model: LayersModel,
  target: SaveTarget,
  options: SaveOptions = {},
): Promise<SaveReport> {
  checkModel(model, 'save(model)', 'saveGraph()');
  const planned = formatOf(planOf(model));
  const { format = planned, plain, rest = 'float32' } = checkedOptions(options);
  checkPlain({ format, ...defined({ plain }) }, 'save');
  const handler = saveHandler(target);
  const artifacts = await artifactsOf(model);
  const weights = await storeModelWeights(model, artifacts, { format, planned, plain, rest });
  const weightsOut = handlerWeights(weights.map(({ stored }) => stored));
  const written = weights.map((weight) => weight.written);
  const result = { ...withWrittenRecords(artifacts, written), ...weightsOut };
  await handler.save(result);
  const saved = weights.map((weight) => weight.saved);
  const ownLayers = ownClasses(artifacts.modelTopology);
  return { ...saveReport(format, result, saved, 'tfjs(model'), ownLayers };
}

/** The artifacts with records of the weights as they are written. */
export function withWrittenRecords(
  artifacts: io.ModelArtifacts,
  written: readonly WrittenWeight[],
): io.ModelArtifacts {
  const { userDefinedMetadata: metadata } = artifacts;
  return metadata === undefined
    ? artifacts
    : { ...artifacts, userDefinedMetadata: withRecordsOf(metadata, written) };
}

/** The format that a model was quantized for. */
export function formatOf(plan: QuantizationPlan | undefined): 'packed' | 'plain' {
  return plan?.form?.['format'] === 'plain' ? 'plain' : 'packed';
}

const choices: Readonly<Record<keyof SaveOptions, readonly string[]>> = {
  format: ['packed', 'plain'],
  plain: ['uint8', 'uint16', 'float16', 'float32'],
  rest: ['float32', 'float16'],
};

/** The options as they are. @throws LowbitError `unsupported-option` for an unknown one, `invalid-argument` for a value that is not offered. */
export function checkedOptions(options: SaveOptions): SaveOptions {
  checkOptionNames(options, Object.keys(choices), 'save');
  for (const [name, offered] of Object.entries(choices)) {
    const given = options[name as keyof SaveOptions];
    if (given === undefined || offered.includes(given)) continue;
    throw new LowbitError({
      code: 'invalid-argument',
      where: `save: option '${name}'`,
      expected: offered.join(', '),
      received: String(given),
    });
  }
  return options;
}

/**
 * The report on a model that was written, as one without layers of this package.
 *
 * @param port The call that makes the model's port, as far as its options, for advice.
 */
export function saveReport(
  format: SaveReport['format'],
  { weightData, weightSpecs, ...members }: io.ModelArtifacts & ReturnType<typeof handlerWeights>,
  weights: readonly SavedWeight[],
  port: string,
): SaveReport {
  const lossy = weights.map(({ sqnrDb }) => sqnrDb).filter((decibels) => decibels !== null);
  const [specs, weightBytes] = [weightSpecs as readonly WeightSpec[], weightData.byteLength];
  const floats = weights.reduce((sum, { floatBytes }) => sum + floatBytes, 0);
  const floatSpecs = specs.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  return {
    format,
    bytes: weightBytes + jsonBytes(members, specs, weightBytes),
    floatBytes: floats + plainJsonBytes(members, floatSpecs, floats),
    weights,
    lowestSqnrDb: lossy.length === 0 ? null : Math.min(...lossy),
    ownLayers: [],
    warnings: [...roundingWarnings(weights, port), ...forgettingWarnings(weights)],
  };
}

/** Says which weights were rounded again, and how that is avoided. */
function roundingWarnings(weights: readonly SavedWeight[], port: string): string[] {
  const again = weights.filter(({ note }) => note === roundedAgain);
  const [{ sqnrDb, name } = { sqnrDb: null, name: '' }] = [...again].sort(
    (a, b) => (a.sqnrDb ?? Infinity) - (b.sqnrDb ?? Infinity),
  );
  if (again.length === 0 || sqnrDb === null) return [];
  return [
    `${again.length} weights were ${roundedAgain}, at worst ${sqnrDb.toFixed(1)} dB signal to noise (${name}): quantize with ` +
      `${port}, { format: 'plain' }), which plans one grid a tensor and loses nothing when it is saved`,
  ];
}

/** Says which weights became larger because their form is not known, and how that is avoided. */
function forgettingWarnings(weights: readonly SavedWeight[]): string[] {
  const [first, ...others] = weights.filter(({ note }) => note === formForgotten);
  if (first === undefined) return [];
  return [
    `${others.length + 1} weights (${first.name}) are ${formForgotten}; load the file with load of @lowbit/tfjs, which remembers it`,
  ];
}

/** The model as it is, weights as float32. No tensor is left behind. */
async function artifactsOf(model: LayersModel): Promise<io.ModelArtifacts> {
  const { data: weightData, specs: weightSpecs } = await encodedWeights(model);
  checkSpecs(weightSpecs, model.name);
  return { ...layersMembers(model), weightSpecs, weightData };
}

async function encodedWeights(model: LayersModel): ReturnType<typeof io.encodeWeights> {
  const weights = model.weights.map((variable) => ({
    name: variable.originalName,
    tensor: tidy(() => keep(variable.read())),
  }));
  try {
    return await io.encodeWeights(weights);
  } finally {
    // Packed variables give tensors of their own.
    for (const { tensor } of weights) if (!(tensor instanceof Variable)) tensor.dispose();
  }
}

/** Models have a function `save` too, which takes other things. */
function checkTarget(target: unknown): void {
  const { save } = Object(target) as { save?: unknown };
  if (knownValue(target) === undefined && typeof save === 'function') return;
  const remedy = "For instance save(model, 'downloads://small').";
  throw wrongSource(target, 'save(model, target)', 'a URL or an IOHandler that can save', remedy, {
    'a layers model': remedy,
    'a graph model': remedy,
  });
}

/**
 * The handler behind a target.
 *
 * @throws LowbitError `invalid-argument` for what is no target, `file-unwritable` when nothing can save there.
 */
export function saveHandler(target: SaveTarget): Required<Pick<io.IOHandler, 'save'>> {
  if (typeof target !== 'string') checkTarget(target);
  const handler = typeof target === 'string' ? io.getSaveHandlers(target)[0] : target;
  if (handler?.save !== undefined) return handler as Required<Pick<io.IOHandler, 'save'>>;
  const where = typeof target === 'string' ? target : 'save';
  throw new LowbitError({
    code: 'file-unwritable',
    where,
    expected: 'a place that a model can be saved to',
    received: 'no handler for it',
    remedy: where.startsWith('file:')
      ? "In Node, call registerFileSystem() of '@lowbit/tfjs/node' first."
      : 'Use downloads://, indexeddb://, localstorage:// or an IOHandler.',
  });
}

import { graphInvalid, malformed, unsupported } from '../errors.js';
import { checkNumbers } from '../layers/checked-numbers.js';
import { checkInputs, checkOutput } from '../layers/demands.js';
import type { MaybeShape, WeightRule } from '../layers/layer-class.js';
import type { JsonValue, TensorReference } from '../model.js';
import { quantizedInputClass } from '../quantized-input.js';
import type { CallDraft, LayerDraft, NetworkDraft } from './layer-draft.js';
import { callKey } from './order.js';
import { tensorsIn } from '../network/call-tensors.js';

/** The shape that a JSON text gives. */
function shapeOf(value: JsonValue | undefined, where: string): MaybeShape {
  if (value === undefined || value === null) return undefined;
  const isShape =
    Array.isArray(value) &&
    value.length <= 16 &&
    value.every((size) => size === null || (Number.isSafeInteger(size) && (size as number) >= 0));
  if (!isShape) throw malformed(where, 'a shape', JSON.stringify(value).slice(0, 120));
  return value as readonly (number | null)[];
}

/**
 * Walks through the calls of a network, and tells every layer's weights and the shapes of what comes out. A model that is called several
 * times keeps of the shapes inside what all its calls have in common.
 */
export function walk(network: NetworkDraft, given: readonly MaybeShape[]): readonly MaybeShape[] {
  const shapes = new Map<string, readonly MaybeShape[]>();
  const layers = new Map(network.layers.map((layer) => [layer.name, layer]));
  const shapeAt = ({ layer, call, output }: TensorReference) => {
    const given = shapes.get(callKey(layer, call));
    if (given !== undefined && output >= given.length && isCounted(layers.get(layer), given))
      throw graphInvalid(network.name, 'outputs that layers give', `output ${output} of ${layer}`);
    return given?.[output];
  };
  network.inputs.forEach(({ layer }, i) => {
    const config = layers.get(layer)?.config ?? {};
    shapes.set(callKey(layer, 0), [completed(shapeOf(config['batch_input_shape'], layer), given[i])]);
  });
  for (const call of network.calls) {
    const all = tensorsIn(call).map(shapeAt);
    // What stands behind the first arguments by its name, a mask or a state, decides no shape.
    const count = tensorsIn({ args: call.args, kwargs: {} }).length;
    const inputs = count === 0 ? all : all.slice(0, count);
    const outputs = [...outputsOf(call.layer, inputs), ...scoresOf(call, inputs)];
    const seen = call.inputShapes.length > 0;
    call.inputShapes = seen ? inCommon(call.inputShapes, all) : all;
    call.outputShapes = seen ? inCommon(call.outputShapes, outputs) : outputs;
    shapes.set(callKey(call.layer.name, call.index), outputs);
  }
  return network.outputs.map(shapeAt);
}

/** Whether it is known how many outputs a layer gives: those of a class that Keras does not have are not, nor the states of any cells. */
function isCounted(layer: LayerDraft | undefined, outputs: readonly MaybeShape[]): boolean {
  if (layer === undefined || outputs.includes(undefined)) return false;
  const { className, known, network, parts, refused, config } = layer;
  const recurrent = className === 'Bidirectional' ? parts['forward_layer'] : layer;
  const hasStates = recurrent?.className === 'RNN' && recurrent.config['return_state'] === true;
  const isKnown = known !== undefined || network !== undefined || config['batch_input_shape'] !== undefined;
  return !refused && !hasStates && (isKnown || Object.keys(parts).length > 0);
}

/** What an input declares, with the sizes that it leaves open from what it is given. */
function completed(declared: MaybeShape, given: MaybeShape): MaybeShape {
  if (declared?.length !== given?.length) return declared ?? given;
  return declared?.map((size, axis) => size ?? given?.[axis] ?? null);
}

/** Sizes that are the same each time. */
function inCommon(earlier: readonly MaybeShape[], now: readonly MaybeShape[]): readonly MaybeShape[] {
  return now.map((shape, i) => {
    const before = earlier[i];
    if (shape === undefined || shape.length !== before?.length) return undefined;
    return shape.map((size, axis) => (size === before[axis] ? size : null));
  });
}

/** The shape of scores that a call asks for. */
function scoresOf({ layer, kwargs }: CallDraft, inputs: readonly MaybeShape[]): readonly MaybeShape[] {
  const asked = kwargs['return_attention_scores'];
  const isAsked = asked !== undefined && 'value' in asked && asked.value === true;
  return isAsked && layer.known?.scores ? [layer.known.scores(layer.settings, inputs)] : [];
}

/**
 * The shapes that a layer makes of others; what weights it needs is noted when they are seen first.
 *
 * @throws LowbitError `layer-unsupported` where it cannot be represented with such inputs.
 */
function outputsOf(layer: LayerDraft, inputs: readonly MaybeShape[]): readonly MaybeShape[] {
  if (layer.refused) return [];
  if (layer.network !== undefined) return walk(layer.network, inputs);
  const wrapped = wrapperOutputs(layer, inputs);
  if (wrapped !== undefined) return wrapped;
  if (layer.known === undefined) return [layer.customOutput];
  checkInputs(layer, inputs);
  checkNumbers(layer.className, layer.settings, inputs);
  const refusal = layer.known.refuseInput?.(layer.settings, inputs);
  if (refusal !== undefined)
    throw unsupported(layer.id, `${layer.className} with ${refusal.reason}`, refusal.remedy);
  layer.rules ??= layer.known.weights?.(layer.settings, inputs) ?? [];
  const output = layer.known.output(layer.settings, inputs);
  if (output !== undefined && 'outputs' in output) {
    output.outputs.forEach((each) => checkOutput(layer, inputs, each));
    return output.outputs;
  }
  checkOutput(layer, inputs, output);
  return [layer.config['activation'] === 'glu' ? gated(output) : output];
}

/** A gated linear unit lets one half of the last axis decide how much of the other half passes. */
function gated(shape: MaybeShape): MaybeShape {
  const width = shape?.at(-1);
  return shape && [...shape.slice(0, -1), typeof width === 'number' ? width / 2 : null];
}

/** What weights a layer needs that is never called. */
export function completeRules(layer: LayerDraft): void {
  if (layer.refused) return;
  if (layer.network !== undefined) {
    layer.network.layers.forEach(completeRules);
    return;
  }
  Object.values(layer.parts).forEach(completeRules);
  layer.rules ??= layer.known?.weights?.(layer.settings, []);
}

function wrapperOutputs(layer: LayerDraft, inputs: readonly MaybeShape[]): readonly MaybeShape[] | undefined {
  const [input] = inputs;
  switch (layer.className) {
    case 'TimeDistributed': {
      const [step] = outputsOf(layer.parts['layer']!, [input && [input[0]!, ...input.slice(2)]]);
      return [input && step && [step[0]!, input[1] ?? null, ...step.slice(1)]];
    }
    case quantizedInputClass:
      return outputsOf(layer.parts['layer']!, inputs);
    case 'Bidirectional':
      return bidirectionalOutputs(layer, inputs);
    case 'RNN':
      return rnnOutputs(layer, input);
    case 'StackedRNNCells':
      return Object.values(layer.parts).reduce<readonly MaybeShape[]>(
        (shapes, cell) => outputsOf(cell, shapes),
        inputs,
      );
    default:
      return undefined;
  }
}

function bidirectionalOutputs(layer: LayerDraft, [input]: readonly MaybeShape[]): readonly MaybeShape[] {
  const [forward, ...states] = outputsOf(layer.parts['forward_layer']!, [input]);
  const [backward, ...backwardStates] = outputsOf(layer.parts['backward_layer']!, [input]);
  const mode = layer.config['merge_mode'];
  if (mode === null) return [forward, backward, ...states, ...backwardStates];
  const joined = mode === 'concat' || mode === undefined ? sideBySide(forward, backward) : forward;
  return [joined, ...states, ...backwardStates];
}

/** Along the last axis, where both may be of different sizes. */
function sideBySide(forward: MaybeShape, backward: MaybeShape): MaybeShape {
  const widths = [forward, backward].map((shape) => shape?.at(-1));
  const isKnown = widths.every((width) => typeof width === 'number');
  return forward && [...forward.slice(0, -1), isKnown ? Number(widths[0]) + Number(widths[1]) : null];
}

function rnnOutputs({ settings, parts }: LayerDraft, input: MaybeShape): readonly MaybeShape[] {
  const step = input && [input[0]!, ...input.slice(2)];
  const [last] = outputsOf(parts['cell']!, [step]);
  const value = settings.flag('return_sequences', false)
    ? last && [last[0]!, input?.[1] ?? null, ...last.slice(1)]
    : last;
  return settings.flag('return_state', false) ? [value, ...statesOf(parts['cell']!, [step])] : [value];
}

/** What cells keep from step to step, one after the other. Of other cells than those of Keras it is not known, and two are taken for it. */
function statesOf(cell: LayerDraft, inputs: readonly MaybeShape[]): readonly MaybeShape[] {
  if (cell.className === 'StackedRNNCells') {
    let given = inputs;
    return Object.values(cell.parts).flatMap((part) => {
      const states = statesOf(part, given);
      given = outputsOf(part, given);
      return states;
    });
  }
  const [last] = outputsOf(cell, inputs);
  return ['GRUCell', 'SimpleRNNCell'].includes(cell.className) ? [last] : [last, last];
}

/** The path of the object that owns a weight, in each of the ways in which Keras named it. */
export function ownerPaths(layer: LayerDraft, { owner }: WeightRule): readonly string[] {
  return owner === undefined ? [layer.objectPath] : owner.map((name) => `${layer.objectPath}/${name}`);
}

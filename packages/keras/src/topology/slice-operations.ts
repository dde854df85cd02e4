import type { JsonValue } from '../model.js';
import { single, type OperationRule, type Step } from './operation.js';
import { isObject } from './raw-layer.js';

/**
 * `x[..., ::-1]`, `x[:, 1:, 0]`, `x[:, None]`: a step for each axis of which not all is taken, and one for each that is new. Shapes need not be
 * known.
 */
export const sliced: OperationRule = ({ args: [x, index = null] }) => {
  const words = [index].flat() as readonly JsonValue[];
  const list = words.filter((each) => each !== null);
  const gap = list.findIndex(isGap);
  const parts = list.flatMap((each, i) =>
    i === gap ? [] : [{ axis: gap < 0 || i < gap ? i : i - list.length, part: partOf(each) }],
  );
  if (x === undefined || parts.some(({ part }) => part === undefined)) return undefined;
  const taken = parts.filter(({ part }) => part !== 'all');
  if (taken.some(({ axis }) => axis === 0)) return undefined;
  // An axis that goes moves those behind it, or those before it where they are counted from the end.
  const front = taken.filter(({ axis }) => axis > 0).toReversed();
  const ordered = [...front, ...taken.filter(({ axis }) => axis < 0)];
  const added = newAxes(words);
  if (added.includes(0)) return undefined;
  const steps = [...ordered.map(({ axis, part }) => sliceStep(axis, part as Part)), ...added.map(stackStep)];
  return { args: [x], steps: steps.length === 0 ? [nothing] : steps };
};

function isGap(word: JsonValue): boolean {
  return isObject(word) && word['class_name'] === '__ellipsis__';
}

/** Where axes are new in what an index gives, in an order in which one after the other can be put there; those behind a gap are counted from the end. */
function newAxes(words: readonly JsonValue[]): readonly number[] {
  const gap = words.findIndex(isGap);
  const keeps = (word: JsonValue) => typeof word !== 'number';
  const places = words.flatMap((word, i) => (word === null ? [i] : []));
  const isFront = (i: number) => gap < 0 || i < gap;
  const front = places.filter(isFront).map((i) => words.slice(0, i).filter(keeps).length);
  const behind = places.filter((i) => !isFront(i)).map((i) => -words.slice(i).filter(keeps).length);
  return [...front, ...behind.toReversed()];
}

function stackStep(axis: number): Step {
  return { className: 'StackTensors', config: { axis } };
}

const nothing: Step = { className: 'Activation', config: { activation: 'linear' } };

interface Part {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number;
  readonly drops_axis: boolean;
}

function sliceStep(axis: number, part: Part): Step {
  return { className: 'SliceAxis', config: { axis, ...part } };
}

/** What a number or a slice takes of an axis; undefined for what is neither. */
function partOf(value: JsonValue): Part | 'all' | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value))
    return { start: value, stop: value === -1 ? null : value + 1, step: 1, drops_axis: true };
  if (!isObject(value) || value['class_name'] !== '__slice__' || !isObject(value['config'])) return undefined;
  const { start = null, stop = null, step } = value['config'];
  const isBound = (bound: JsonValue) => bound === null || Number.isSafeInteger(bound);
  const by = step ?? 1;
  if (!isBound(start) || !isBound(stop) || !Number.isSafeInteger(by) || by === 0) return undefined;
  if (start === null && stop === null && by === 1) return 'all';
  return { start: start as Part['start'], stop: stop as Part['stop'], step: by as number, drops_axis: false };
}

/** Axes turned around. */
export const flipped: OperationRule = ({ args, config: { axis = null } }) => {
  const axes = [axis].flat() as readonly JsonValue[];
  if (!axes.every((each) => Number.isSafeInteger(each) && each !== 0)) return undefined;
  const turned: Part = { start: null, stop: null, step: -1, drops_axis: false };
  return { args, steps: axes.map((each) => sliceStep(each as number, turned)) };
};

/** Whether a value is a tensor of the model, as Keras 3 or tf-keras writes it. */
export function isTensor(value: JsonValue): boolean {
  return isObject(value) ? value['class_name'] === '__keras_tensor__' : Array.isArray(value);
}

/** Of tensors alone. */
export const stacked: OperationRule = (operation) => {
  const [list] = operation.args;
  const { axis = 0 } = operation.config;
  if (!Array.isArray(list) || !list.every(isTensor) || !Number.isSafeInteger(axis) || axis === 0)
    return undefined;
  return single(operation, 'StackTensors', { axis });
};

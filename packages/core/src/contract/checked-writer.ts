import { checkArgument } from '../errors/check-argument.js';
import { LowbitError } from '../errors/error.js';
import { wordValue } from '../errors/word-value.js';
import { checkTensor } from '../scheme/check-tensor.js';
import { sizeOf } from '../scheme/shape.js';
import { tensorDefect } from '../scheme/tensor-defect.js';
import type { QuantizedTensor, Slicing } from '../scheme/types.js';
import type { WeightDescriptor } from './descriptors.js';
import type { ModelWriter, Outcome } from './model-writer.js';
import type { ResolvedEntry } from './resolved-plan.js';

/**
 * A writer that takes each weight of the outcome once, as it was planned, and gives its result when all have come, whenever it is
 * asked. What does not fit is refused before `begin`'s writer sees it, so that all adapters refuse the same.
 *
 * @throws LowbitError `invalid-argument` for anything but an outcome; from `add` `plan-mismatch` for a tensor that is not what the plan
 *   has, `invalid-argument` for one that is broken, that has come, or comes after the end; from `finish` for weights that are missing.
 */
export function checkedWriter<M>(outcome: Outcome, begin: () => ModelWriter<M>): ModelWriter<M> {
  checkOutcome(outcome);
  const where = 'checkedWriter(outcome, begin)';
  checkArgument(typeof begin === 'function', begin, { where, expected: 'a function that gives a writer' });
  const planned = new Map(outcome.entries.map((entry) => [entry.weight.id, entry]));
  const left = new Set(planned.keys());
  const writer = begin();
  let result: ReturnType<ModelWriter<M>['finish']> | undefined;
  return {
    add(id, tensor, shift) {
      const own = planned.get(id);
      checkPlanned(id, tensor, own);
      checkWhole(id, tensor);
      if (shift !== undefined) checkShift(id, shift, (own as ResolvedEntry).weight);
      if (!left.has(id)) throw refused(addOf(id), 'each weight once', 'it again', again);
      left.delete(id);
      return writer.add(id, tensor, shift);
    },
    finish() {
      if (left.size > 0)
        throw refused('finish()', 'all weights of the plan', `none for ${named(left)}`, complete);
      return (result ??= writer.finish());
    },
  };
}

const addOf = (id: string): string => `add('${id}', tensor)`;

function checkOutcome(outcome: Outcome): void {
  const { entries, activations, floatSites } = Object(outcome) as Partial<Record<keyof Outcome, unknown>>;
  const fits = Array.isArray(entries) && activations instanceof Map && floatSites instanceof Map;
  checkArgument(fits, outcome, {
    where: 'write(outcome)',
    expected: 'an outcome: a resolved plan, its fitted activation sites and those that stay float',
    remedy:
      'Call applyPlan, or give { ...resolvePlan(…).resolved, activations: new Map(), floatSites: new Map() }.',
  });
}

/** @throws LowbitError `plan-mismatch` for a tensor that the plan does not have so. */
function checkPlanned(id: string, tensor: QuantizedTensor, own: ResolvedEntry | undefined): void {
  if (own === undefined) throw mismatch(id, 'the id of a weight that the plan quantizes', 'another id');
  checkTensor(tensor, addOf(id));
  const { weight, entry, slicing } = own;
  const pairs = [
    [wordShape(weight.shape), wordShape(tensor.shape)],
    [`${entry.bits} bits`, `${tensor.bits} bits`],
    [wordSlicing(slicing), wordSlicing(tensor.slicing)],
  ] as const;
  for (const [expected, received] of pairs)
    if (expected !== received) throw mismatch(id, `a tensor of ${expected}`, received);
}

const wordShape = (shape: readonly number[]): string => `shape [${shape.join(', ')}]`;

function wordSlicing(slicing: Slicing): string {
  if (slicing === 'tensor') return 'one slice';
  const { axes, along, group } = Object(slicing) as { axes?: unknown; along?: unknown; group?: unknown };
  return Array.isArray(axes)
    ? `slices along the axes [${axes.join(', ')}]`
    : `groups of ${String(group)} along the axis ${String(along)}`;
}

/** @throws LowbitError `invalid-argument` for a tensor that breaks the rules of its type. */
function checkWhole(id: string, tensor: QuantizedTensor): void {
  const defect = tensorDefect(tensor);
  if (defect === undefined) return;
  const { part, expected, received } = defect;
  throw refused(`${addOf(id)}: ${part}`, expected, received, encoded);
}

/** @throws LowbitError `invalid-argument` for anything but one finite number an output channel of a weight that takes a shift. */
function checkShift(id: string, shift: Float32Array, { bias, shape, outputAxes }: WeightDescriptor): void {
  const channels = sizeOf(outputAxes.map((axis) => shape[axis] as number));
  const isNumbers = shift instanceof Float32Array && shift.every(Number.isFinite);
  if (bias === true && isNumbers && shift.length === channels) return;
  const expected =
    bias === true ? `a Float32Array of ${channels} finite numbers` : 'none, as this weight has no bias';
  const remedy = 'Give one number an output channel, and only for weights whose bias is true.';
  throw refused(`add('${id}', tensor, shift)`, expected, wordValue(shift), remedy);
}

function mismatch(where: string, expected: string, received: string): LowbitError {
  const remedy = 'Plan again for this model: its layers or their names have changed.';
  return new LowbitError({ code: 'plan-mismatch', where, expected, received, remedy });
}

const encoded = 'Give the tensor as encode makes it for the values of this weight.';
const again = 'A writer makes one result: call write again for another.';
const complete = 'Add each weight of outcome.entries, then finish.';

function refused(where: string, expected: string, received: string, remedy: string): LowbitError {
  return new LowbitError({ code: 'invalid-argument', where, expected, received, remedy });
}

function named(ids: ReadonlySet<string>): string {
  const [first, ...rest] = ids;
  return rest.length === 0 ? `'${first}'` : `'${first}' and ${rest.length} more`;
}

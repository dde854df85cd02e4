import { LowbitError } from '@lowbit/core';
import { sizeOf, type ModelWriter, type Outcome } from '@lowbit/core/adapter';
import type { StorageForm } from './storage-form.js';
import { storeTensor, type StoredTensor } from './store-tensor.js';

/** The weights of a plan in the forms in which a file keeps them. */
export interface WeightStore {
  readonly add: (...weight: Parameters<ModelWriter<unknown>['add']>) => void;
  /** Those that have come, by id, in the order of the plan. */
  all(): ReadonlyMap<string, StoredTensor>;
}

/**
 * Stores each weight when it comes, and keeps nothing else of it. Adding throws `plan-mismatch` for what is no weight of the plan with
 * this id and shape.
 *
 * @param shapes Of the model's weights, by id.
 */
export function weightStore(
  { entries }: Outcome,
  shapes: ReadonlyMap<string, readonly number[]>,
  form: StorageForm,
): WeightStore {
  const stored = new Map<string, StoredTensor>();
  const planned = new Map(entries.map(({ weight }) => [weight.id, weight.shape]));
  return {
    add(id, tensor) {
      const shape = checkedShape(id, tensor.shape, planned.get(id), shapes.get(id));
      stored.set(id, storeTensor(id, tensor, shape, form));
    },
    all() {
      const inOrder = [...planned.keys()].map((id) => [id, stored.get(id)] as const);
      return new Map(inOrder.flatMap(([id, one]) => (one === undefined ? [] : [[id, one] as const])));
    },
  };
}

/**
 * The shape that the model has.
 *
 * @param planned As the weight was described, which may count axes of the model's shape as one.
 */
function checkedShape(
  id: string,
  received: readonly number[],
  planned: readonly number[] | undefined,
  shape: readonly number[] | undefined,
): readonly number[] {
  const isPlanned = planned !== undefined && String(planned) === String(received);
  if (isPlanned && shape !== undefined && sizeOf(shape) === sizeOf(received)) return shape;
  throw new LowbitError({
    code: 'plan-mismatch',
    where: id,
    expected:
      planned === undefined ? 'the id of a weight of this model and plan' : `shape [${shape ?? planned}]`,
    received: `a tensor of shape [${received}]`,
    remedy: 'Plan again for this model: its layers or their names have changed.',
  });
}

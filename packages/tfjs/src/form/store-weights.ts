import { LowbitError } from '@lowbit/core';
import type { ModelWriter, Outcome } from '@lowbit/core/adapter';
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
  shapes: ReadonlyMap<string, readonly unknown[]>,
  form: StorageForm,
): WeightStore {
  const stored = new Map<string, StoredTensor>();
  const planned = new Set(entries.map(({ weight }) => weight.id));
  return {
    add(id, tensor) {
      checkShape(id, tensor.shape, planned.has(id) ? shapes.get(id) : undefined);
      stored.set(id, storeTensor(id, tensor, form));
    },
    all() {
      const inOrder = [...planned].map((id) => [id, stored.get(id)] as const);
      return new Map(inOrder.flatMap(([id, one]) => (one === undefined ? [] : [[id, one] as const])));
    },
  };
}

function checkShape(id: string, received: readonly number[], shape: readonly unknown[] | undefined): void {
  if (shape !== undefined && String(shape) === String(received)) return;
  throw new LowbitError({
    code: 'plan-mismatch',
    where: id,
    expected: shape === undefined ? 'the id of a weight of this model and plan' : `shape [${shape}]`,
    received: `a tensor of shape [${received}]`,
    remedy: 'Plan again for this model: its layers or their names have changed.',
  });
}

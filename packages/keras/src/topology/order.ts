import { LowbitError } from '@lowbit/core';
import { graphInvalid } from '../errors.js';
import type { TensorReference } from '../model.js';
import type { CallDraft, LayerDraft } from './layer-draft.js';
import { tensorsIn } from '../network/call-tensors.js';

/** How a call is named while a graph is put in order. */
export function callKey(layer: string, call: number): string {
  return `${call} ${layer}`;
}

/**
 * Calls in an order in which each has what it needs, otherwise in the order given.
 *
 * @throws LowbitError `graph-cyclic`, `graph-invalid` for a tensor that no call gives.
 */
export function inOrder(
  calls: readonly CallDraft[],
  inputs: ReadonlyMap<string, LayerDraft>,
  where: string,
): readonly CallDraft[] {
  const byKey = new Map(calls.map((call) => [callKey(call.layer.name, call.index), call]));
  const waitsFor = new Map<CallDraft, number>();
  const users = new Map<CallDraft, CallDraft[]>();
  for (const call of calls) {
    const sources = new Set(
      tensorsIn(call).flatMap((tensor) => sourceOf(tensor, byKey, inputs, call.layer.id) ?? []),
    );
    waitsFor.set(call, sources.size);
    for (const source of sources) users.set(source, [...(users.get(source) ?? []), call]);
  }
  const ready = calls.filter((call) => waitsFor.get(call) === 0);
  // The list grows while it is gone through.
  for (const call of ready)
    for (const user of users.get(call) ?? []) {
      const left = waitsFor.get(user)! - 1;
      waitsFor.set(user, left);
      if (left === 0) ready.push(user);
    }
  if (ready.length < calls.length)
    throw cyclic(
      calls.filter((call) => waitsFor.get(call)! > 0),
      where,
    );
  return ready;
}

function sourceOf(
  { layer, call }: TensorReference,
  byKey: ReadonlyMap<string, CallDraft>,
  inputs: ReadonlyMap<string, LayerDraft>,
  user: string,
): CallDraft | undefined {
  if (inputs.has(layer) && call === 0) return undefined;
  const source = byKey.get(callKey(layer, call));
  if (source !== undefined) return source;
  throw graphInvalid(user, 'inputs from calls of this model', `call ${call} of ${layer}, which there is not`);
}

function cyclic(calls: readonly CallDraft[], where: string): LowbitError {
  return new LowbitError({
    code: 'graph-cyclic',
    where,
    expected: 'layers that can be called one after the other',
    received: `${calls
      .slice(0, 5)
      .map(({ layer }) => layer.name)
      .join(', ')}, which wait for each other`,
    remedy: 'Save the model again with Keras: its topology was edited or is damaged.',
  });
}

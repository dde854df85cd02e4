import type { Batch } from '@lowbit/core';
import { expect, test } from 'vitest';
import { tokenBatches } from '../src/token-batches.js';

const input = (name: string, ...shape: readonly (number | string)[]) => ({ name, type: 'int64', shape });
const asked: string[][] = [];

async function batchesOf(
  inputs: readonly ReturnType<typeof input>[],
  values: Batch['inputs'],
): Promise<readonly Batch[] | string> {
  const read = (given: readonly { readonly name: string }[]) => {
    asked.push(given.map(({ name }) => name));
    return (async function* () {
      yield Promise.resolve({ inputs: values, labels: [1] });
    })();
  };
  const batches = tokenBatches({ names: [...Object.keys(values), 'label'], read }, inputs, 'model.onnx');
  if (typeof batches === 'string') return batches;
  const found: Batch[] = [];
  for await (const batch of batches) found.push(batch);
  return found;
}

const ids = { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] };

test('what transformers.js makes of tokens is made, and labels stay', async () => {
  const inputs = [
    input('input_ids', 'batch', 'tokens'),
    input('attention_mask', 'batch', 'past + tokens'),
    input('token_type_ids', 'batch', 'tokens'),
    input('position_ids', 'batch', 'tokens'),
    input('past_key_values.0.key', 'batch', 4, 'past', 8),
    input('use_cache_branch', 1),
    input('cache_position', 'tokens'),
  ];
  const [batch] = (await batchesOf(inputs, { input_ids: ids })) as readonly Batch[];
  expect(asked.at(-1)).toEqual(['input_ids']);
  expect(batch).toEqual({
    inputs: {
      input_ids: ids,
      attention_mask: { shape: [2, 3], data: Float32Array.of(1, 1, 1, 1, 1, 1) },
      token_type_ids: { shape: [2, 3], data: new Float32Array(6) },
      position_ids: { shape: [2, 3], data: Float32Array.of(0, 1, 2, 0, 1, 2) },
      'past_key_values.0.key': { shape: [2, 4, 0, 8], data: new Float32Array() },
      use_cache_branch: { shape: [1], data: Float32Array.of(0) },
      cache_position: { shape: [3], data: Float32Array.of(0, 1, 2) },
    },
    labels: [1],
  });
});

test('what data give is theirs, and masks are as long as what they belong to', async () => {
  const states = { shape: [2, 5, 1], data: new Array<number>(10).fill(0) };
  const mask = { shape: [2, 3], data: [1, 1, 0, 1, 0, 0] };
  const inputs = [
    input('input_ids', 'b', 't'),
    input('attention_mask', 'b', 't'),
    input('encoder_attention_mask', 'b', 'e'),
    input('encoder_hidden_states', 'b', 'e', 1),
  ];
  const given = { input_ids: ids, attention_mask: mask, encoder_hidden_states: states };
  const [batch] = (await batchesOf(inputs, given)) as readonly Batch[];
  expect(batch?.inputs['attention_mask']).toBe(mask);
  expect(batch?.inputs['encoder_attention_mask']?.shape).toEqual([2, 5]);
});

test('what is neither given nor made is named', async () => {
  const inputs = [input('input_ids', 'b', 't'), input('encoder_hidden_states', 'b', 'e', 64)];
  expect(await batchesOf(inputs, { input_ids: ids })).toBe('encoder_hidden_states');
  expect(await batchesOf([input('attention_mask', 'b', 't')], { words: ids })).toBe('attention_mask');
});

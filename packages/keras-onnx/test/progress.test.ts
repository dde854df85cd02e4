import { readKeras, type KerasModel } from '@lowbit/keras';
import { expect, it, vi } from 'vitest';

import { kerasCases } from '../../keras/test/cases.js';
import { streamOnnx, toOnnx } from '../src/index.js';

const cases = await kerasCases('keras3');

it('tells how many weights were read, and stops between two of them', async () => {
  const model = await readKeras(cases.get('conv2d')!.get('model.keras')!);
  const shares: number[] = [];
  await toOnnx(model, { onProgress: (share) => void shares.push(share) });
  expect(shares.length).toBeGreaterThan(2);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect([shares[0], shares.at(-1)]).toEqual([0, 1]);
  const controller = new AbortController();
  const stopped = toOnnx(model, { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
  await expect(toOnnx(model, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
  await expect(toOnnx(model, { onProgress: 1 as never })).rejects.toMatchObject({ code: 'invalid-argument' });
  model.close();
});

it('streams the same file, and reads weights when they are written', async () => {
  const model = await readKeras(cases.get('lstm')!.get('model.keras')!);
  const { bytes } = await toOnnx(model);
  const shares: number[] = [];
  const { size, pieces } = await streamOnnx(model, { onProgress: (share) => void shares.push(share) });
  expect(size).toBe(bytes.length);
  expect(shares).not.toContain(1);
  const list: Uint8Array[] = [];
  for await (const piece of pieces()) list.push(piece);
  expect(Buffer.compare(Buffer.concat(list), bytes)).toBe(0);
  expect(shares.at(-1)).toBe(1);
  await expect(streamOnnx(1 as never)).rejects.toMatchObject({ where: 'streamOnnx(model)' });
  model.close();
});

it('reads no weight of a large model before its turn', async () => {
  const side = 200;
  const names = ['a', 'b', 'c'];
  const layers = names.map((name) => ({
    class_name: 'Dense',
    config: { name, units: side, use_bias: false },
  }));
  const start = { class_name: 'InputLayer', config: { name: 'start', batch_input_shape: [null, side] } };
  const weights = names.map((name) => ({ name: `${name}/kernel`, shape: [side, side], dtype: 'float32' }));
  const modelJson = {
    format: 'layers-model',
    modelTopology: { class_name: 'Sequential', config: { name: 'stack', layers: [start, ...layers] } },
    weightsManifest: [{ paths: ['w.bin'], weights }],
  };
  const values = new Uint8Array(new Float32Array(3 * side * side).fill(0.5).buffer);
  const model = await readKeras({ modelJson, shards: { 'w.bin': values } });
  const read = model.weights.map((weight) => vi.spyOn(weight, 'read'));
  const { pieces } = await streamOnnx(model);
  const counts: number[] = [];
  for await (const piece of pieces())
    if (piece.length === 4 * side * side)
      counts.push(read.reduce((sum, { mock }) => sum + mock.calls.length, 0));
  expect(counts).toEqual([1, 2, 3]);
});

/** Rectifiers one behind the other, without weights. */
function chain(count: number): Promise<KerasModel> {
  const layers = Array.from({ length: count }, (_, i) => ({
    class_name: 'ReLU',
    config: { name: `relu_${i}` },
  }));
  const start = { class_name: 'InputLayer', config: { name: 'start', batch_input_shape: [null, 2] } };
  const config = { name: 'chain', layers: [start, ...layers] };
  return readKeras({ topology: { class_name: 'Sequential', config } });
}

/** Milliseconds of the processor, which others that compute do not lengthen. */
async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

it('takes time that grows as the number of layers', async () => {
  const [few, many] = [await chain(500), await chain(8000)];
  await toOnnx(few);
  const [short, long] = [await processorTime(() => toOnnx(few)), await processorTime(() => toOnnx(many))];
  // Sixteen times as many took two hundred times as long.
  expect(long).toBeLessThan(80 * Math.max(short, 10));
});

it('lets others have a turn in models without weights too', async () => {
  const controller = new AbortController();
  const stopped = toOnnx(await chain(8000), { signal: controller.signal });
  setTimeout(() => controller.abort(), 1);
  await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
});

import { expect, test } from 'vitest';
import { coarse, memoryPort, type MemoryModel } from '../../test/memory-port.js';
import { makePlan } from '../session/make-plan.js';
import { resolvePlan } from '../plan/resolve.js';
import { encode } from '../scheme/encode.js';
import type { AffineScheme, QuantizedTensor, Slicing } from '../scheme/types.js';
import { checkedWriter } from './checked-writer.js';
import type { Outcome } from './model-writer.js';
import { registry } from './registry.js';

const values = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i));
const model: MemoryModel = { a: { shape: [4, 8], values }, b: { shape: [4, 8], values } };
const methods = registry([coarse()]);
const port = memoryPort(model);
const { plan } = await makePlan(port, { registry: methods, bits: 4 });
const { resolved } = resolvePlan(plan, await port.layers(), methods, port.supports);
const outcome: Outcome = { ...resolved, activations: new Map(), floatSites: new Map() };
const { slicing } = resolved.entries[0]!;
const tensor = (given: Slicing = slicing): QuantizedTensor =>
  encode(values, [4, 8], given, { bits: 4, fit: () => ({ kind: 'affine', levels: 15, scale: 0.25 }) });
const writer = () => checkedWriter(outcome, () => port.write(outcome));
const code = (name: string) => expect.objectContaining({ code: name });
const withScheme = (change: Partial<AffineScheme>): QuantizedTensor => {
  const right = tensor();
  return { ...right, scheme: { ...(right.scheme as AffineScheme), ...change } };
};

test.each<[string, string, QuantizedTensor]>([
  ['an id that the plan does not have', 'zz', tensor()],
  ['another shape', 'a', { ...tensor(), shape: [8, 4] }],
  ['other bits', 'a', { ...tensor(), bits: 8 }],
  ['another slicing', 'a', tensor('tensor')],
  ['no slicing', 'a', { ...tensor(), slicing: 'rows' as 'tensor' }],
])('a tensor that is not what was planned is refused: %s', (_, id, given) => {
  expect(() => writer().add(id, given)).toThrow(code('plan-mismatch'));
});

test.each<[string, QuantizedTensor]>([
  ['nothing', undefined as unknown as QuantizedTensor],
  ['a code above the levels', { ...tensor(), codes: new Uint8Array(32).fill(15) }],
  ['too few codes', { ...tensor(), codes: new Uint8Array(31) }],
  ['too few scales', withScheme({ scale: new Float32Array(1) })],
  ['too many offsets', withScheme({ offset: new Float32Array(9) })],
  ['a scale below 0', withScheme({ scale: new Float32Array(4).fill(-1) })],
  ['an offset that is no number', withScheme({ offset: new Float32Array(4).fill(NaN) })],
  ['more levels than bits hold', withScheme({ levels: 17 })],
])('a broken tensor is refused: %s', (_, given) => {
  expect(() => writer().add('a', given)).toThrow(code('invalid-argument'));
});

test('a weight that comes twice, before the end or after it, is refused', async () => {
  const open = writer();
  await open.add('a', tensor());
  expect(() => open.add('a', tensor())).toThrow(code('invalid-argument'));
  await open.add('b', tensor());
  await open.finish();
  expect(() => open.add('b', tensor())).toThrow(code('invalid-argument'));
});

test('a result without a weight of the plan is refused until that has come, and is then one for all who ask', async () => {
  const open = writer();
  await open.add('b', tensor());
  expect(() => open.finish()).toThrow(/'a'/);
  expect(() => open.finish()).toThrow(code('invalid-argument'));
  await open.add('a', tensor());
  const first = await open.finish();
  expect(await open.finish()).toBe(first);
});

test.each([undefined, null, plan, { ...resolved }])('what is no outcome is refused: %#', (given) => {
  const begin = () => checkedWriter(given as Outcome, () => port.write(outcome));
  expect(begin).toThrow(code('invalid-argument'));
});

test.each<[string, unknown]>([
  ['for a weight without a bias', new Float32Array(4)],
  ['that is no array', [0, 0, 0, 0]],
])('a shift %s is refused', (_, shift) => {
  expect(() => writer().add('a', tensor(), shift as Float32Array)).toThrow(code('invalid-argument'));
});

import {
  decode,
  isLowbitError,
  type LayerDescriptor,
  type ModelPort,
  type Quantized,
  type QuantizationPlan,
  type QuantizedTensor,
  type StorageNote,
} from '@lowbit/core';
import { difference } from '../difference.js';
import { must, type Law } from '../law.js';
import { show } from '../show.js';
import type { PortLawOptions } from './options.js';
import { layersOf, valuesOf } from './weights.js';
import { outcomeOf, watched, write } from './write.js';

/** Laws on what a port writes. */
export function writingLaws<M>(options: PortLawOptions<M>): readonly Law[] {
  const { make, makeNonFinite, decodeResult } = options;
  const laws: Law[] = [
    { title: 'leaves the original as it was', run: () => checkOriginal(options) },
    { title: 'writes the same for the same plan', run: () => checkRepeatable(options) },
    { title: 'writes the same in whatever order weights come', run: () => checkOrder(options) },
    { title: 'notes how each quantized weight is stored', run: async () => checkNotes(await make()) },
    { title: 'tells the size of the whole model', run: async () => checkSizes(await make()) },
    { title: 'changes nothing when the plan leaves all weights float', run: () => checkAllFloat(options) },
  ];
  if (decodeResult !== undefined) {
    laws.push({
      title: 'writes the values that the codes stand for',
      run: () => checkDecoded(options, decodeResult),
    });
  }
  if (makeNonFinite !== undefined) {
    laws.push({
      title: 'leaves a weight that is not finite as it is, or is told by a typed error of it',
      run: async () => checkNonFinite(await makeNonFinite()),
    });
  }
  return laws;
}

async function checkOriginal<M>({ make, fingerprint }: PortLawOptions<M>): Promise<void> {
  const port = await make();
  const before = await valuesOf(port);
  const first = plainResult(await write(port), fingerprint);
  const after = await valuesOf(port);
  for (const [id, values] of before) {
    const index = values.findIndex((value, i) => value !== after.get(id)?.[i]);
    must(
      index < 0,
      () => `'${id}'[${index}] was ${values[index]} and is ${after.get(id)?.[index]} after writing`,
    );
  }
  const found = difference(first, plainResult(await write(port), fingerprint));
  must(found === undefined, () => `written twice by one port: ${found}`);
}

async function checkRepeatable<M>({ make, fingerprint }: PortLawOptions<M>): Promise<void> {
  const first = plainResult(await write(await make()), fingerprint);
  const second = plainResult(await write(await make()), fingerprint);
  const found = difference(first, second);
  must(found === undefined, () => `${found}`);
}

async function checkOrder<M>({ make, fingerprint }: PortLawOptions<M>): Promise<void> {
  const tensors: (readonly [id: string, tensor: QuantizedTensor])[] = [];
  const { plan } = await write(watched(await make(), { added: (tensor, id) => tensors.push([id, tensor]) }));
  const port = await make();
  const outcome = await outcomeOf(port, plan);
  const inOrder = async (given: typeof tensors) => {
    const writer = port.write(outcome);
    for (const [id, tensor] of given) await writer.add(id, { ...tensor, codes: tensor.codes.slice() });
    const { model, storage, modelBytes } = await writer.finish();
    return { modelBytes, storage, model: fingerprint?.(model) };
  };
  const found = difference(await inOrder(tensors), await inOrder(tensors.toReversed()));
  must(found === undefined, () => `the other way round: ${found}`);
}

function plainResult<M>(
  { model, report }: Quantized<M>,
  fingerprint: PortLawOptions<M>['fingerprint'],
): unknown {
  return { weights: report.weights, modelBytes: report.modelBytes, model: fingerprint?.(model) };
}

async function checkNotes<M>(port: ModelPort<M>): Promise<void> {
  const notes: StorageNote[] = [];
  const { plan } = await write(watched(port, { applied: ({ storage }) => notes.push(...storage) }));
  for (const { id, bits } of plan.weights) {
    const own = notes.filter((note) => note.id === id);
    must(own.length === (bits === 'float' ? 0 : 1), () => `weight '${id}' has ${own.length} storage notes`);
  }
  for (const { id, form, reason, storedBytes, memoryBytes } of notes) {
    must(form !== '' && reason !== '', () => `'${id}' is stored as ${show(form)} because ${show(reason)}`);
    const sizes = [storedBytes, memoryBytes];
    must(
      sizes.every(isByteCount),
      () => `'${id}' takes ${storedBytes} bytes stored, ${memoryBytes} in memory`,
    );
  }
}

async function checkSizes<M>(port: ModelPort<M>): Promise<void> {
  const { modelBytes } = (await write(port)).report;
  const { before, after } = modelBytes;
  must([before, after].every(isByteCount), () => `the model takes ${before} bytes before and ${after} after`);
}

/** A plan in which nothing is quantized goes past planning, which would refuse it, straight to the port. */
async function checkAllFloat<M>({ make, decodeResult }: PortLawOptions<M>): Promise<void> {
  const port = await make();
  const before = await valuesOf(port);
  const plan = floatPlan(port.name, await layersOf(port));
  const { model, storage } = await port.write(await outcomeOf(port, plan)).finish();
  must(storage.length === 0, () => `${storage.length} storage notes for no quantized weight`);
  const written = await decodeResult?.(model);
  if (written === undefined) return;
  for (const [id, values] of before) checkValues(id, written.get(id), values);
}

async function checkDecoded<M>(
  { make }: PortLawOptions<M>,
  decodeResult: NonNullable<PortLawOptions<M>['decodeResult']>,
): Promise<void> {
  const expected = new Map<string, Float32Array>();
  const port = watched(await make(), { added: (tensor, id) => expected.set(id, decode(tensor)) });
  const { model } = await write(port);
  const written = await decodeResult(model);
  for (const [id, values] of expected) checkValues(id, written.get(id), values, 2 ** -21);
}

/** Permits, relative to the largest value, that the runtime rounds product and sum in another order. */
function checkValues(
  id: string,
  written: ArrayLike<number> | undefined,
  values: Float32Array,
  tolerance = 0,
): void {
  must(written !== undefined, () => `the written model has no weight '${id}'`);
  must(written.length === values.length, () => `'${id}' has ${written.length} values, not ${values.length}`);
  const permitted = tolerance * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const index = values.findIndex((value, i) => !(Math.abs(value - (written[i] as number)) <= permitted));
  must(index < 0, () => `'${id}'[${index}] is written as ${written[index]}, not ${values[index]}`);
}

async function checkNonFinite<M>(port: ModelPort<M>): Promise<void> {
  const done = await write(port).catch((error: unknown) => error);
  if (isQuantized(done)) {
    const left = done.plan.weights.some(({ bits }) => bits === 'float');
    must(left, () => 'all weights are quantized, one that is not finite among them');
    return;
  }
  const isTyped = isLowbitError(done) && ['non-finite', 'nothing-to-quantize'].includes(done.code);
  must(isTyped, () => `a weight that is not finite gives ${String(done)}`);
}

const isQuantized = (value: unknown): value is Quantized<unknown> => Object.hasOwn(Object(value), 'plan');

function floatPlan(port: string, layers: readonly LayerDescriptor[]): QuantizationPlan {
  const weights = new Map(
    layers.flatMap((layer) =>
      layer.weights.map(
        ({ id }) => [id, { id, layer: layer.id, bits: 'float', reason: 'left float' }] as const,
      ),
    ),
  );
  return { format: 'lowbit-plan', version: 1, port, seed: 0, weights: [...weights.values()] };
}

function isByteCount(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes > 0;
}

import type { Options } from '../contract/options.js';
import { LowbitError } from '../errors/error.js';
import { isPromise } from '../errors/is-promise.js';
import { parsePlan } from '../plan/parse-plan.js';
import { withOwnValues } from '../scheme/codebook-values.js';
import type { Scheme } from '../scheme/types.js';
import { checkLoaded } from './check-loaded.js';
import { arrayReader, arrayWriter, type StoredArray } from './stored-arrays.js';
import type { FrozenWeight, TrainingCheckpoint } from './checkpoint.js';
import { defined } from '../contract/defined.js';

/** A checkpoint as plain JSON and the bytes of its arrays. */
export interface StoredCheckpoint {
  readonly document: Readonly<Record<string, unknown>>;
  readonly data: Uint8Array;
}

/**
 * Splits a checkpoint into JSON and bytes (little-endian), to be stored side by side.
 *
 * @throws LowbitError `checkpoint-invalid` for what is no checkpoint.
 */
export function storeCheckpoint(checkpoint: TrainingCheckpoint): StoredCheckpoint {
  checkLoaded(checkpoint, 'storeCheckpoint');
  const { variables, frozen, ...rest } = checkpoint;
  const writer = arrayWriter();
  const document = {
    ...rest,
    variables: mapValues(variables, writer.add),
    frozen: mapValues(frozen, ({ mask, values, scheme }) => ({
      mask: writer.add(mask),
      values: writer.add(values),
      scheme: storedScheme(scheme, writer.add),
    })),
  };
  return { document, data: writer.bytes() };
}

/**
 * A checkpoint from what {@link storeCheckpoint} gave.
 *
 * @param data The bytes, also as an `ArrayBuffer`.
 * @param where Name of the file, for errors.
 * @throws LowbitError `checkpoint-invalid` for anything else; `plan-invalid` for its plan.
 */
export function loadCheckpoint(
  document: unknown,
  data: Uint8Array | ArrayBuffer,
  where = 'checkpoint',
): TrainingCheckpoint {
  const given = (document ?? {}) as Partial<TrainingCheckpoint> & Record<string, unknown>;
  if (given.format !== 'lowbit-training' || given.version !== 1) throw notACheckpoint(where, document);
  const { read, finish } = arrayReader(bytesOf(data, where), where);
  const variables = Object.entries(recordOf(given.variables, 'variables', where));
  const frozen = Object.entries(recordOf(given.frozen, 'frozen', where));
  const loaded: TrainingCheckpoint = {
    format: 'lowbit-training',
    version: 1,
    plan: parsePlan(given.plan, where),
    ...defined({ bits: given.bits, schedule: given.schedule }),
    ...defined({ scheduleOptions: optionsOf(given.scheduleOptions, where) }),
    rounds: roundsOf(given.rounds, where),
    memory: { ...recordOf(given.memory, 'memory', where) },
    variables: new Map(variables.map(([name, array]) => [name, read(array, 'float32')])),
    frozen: new Map(frozen.map(([id, weight]) => [id, frozenWeight(weight, id, read, where)])),
  };
  finish();
  checkLoaded(loaded, where);
  return loaded;
}

function bytesOf(data: unknown, where: string): Uint8Array {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new LowbitError({
    code: 'checkpoint-invalid',
    where: `${where}: data`,
    expected: 'the bytes that storeCheckpoint made, as a Uint8Array or an ArrayBuffer',
    received: isPromise(data) ? 'a promise' : data === undefined ? 'nothing' : typeof data,
    remedy: isPromise(data)
      ? 'Await it: loadCheckpoint(document, await data).'
      : 'loadCheckpoint(document, data): give both parts of the stored checkpoint.',
  });
}

type Read = ReturnType<typeof arrayReader>['read'];

function frozenWeight(given: unknown, id: string, read: Read, where: string): FrozenWeight {
  const { mask, values, scheme } = recordOf(given, `frozen '${id}'`, where);
  const stored = recordOf(scheme, `scheme of '${id}'`, where);
  return {
    mask: read(mask, 'uint8'),
    values: read(values, 'float32'),
    scheme: loadedScheme(stored, read, `${where}: scheme of '${id}'`),
  };
}

function optionsOf(given: unknown, where: string): Options | undefined {
  return given === undefined ? undefined : (recordOf(given, 'scheduleOptions', where) as Options);
}

function roundsOf(given: unknown, where: string): TrainingCheckpoint['rounds'] {
  if (!Array.isArray(given)) throw notAnObject('rounds', given, where);
  given.forEach((round, i) => recordOf(round, `rounds[${i}]`, where));
  return given as TrainingCheckpoint['rounds'];
}

function recordOf(given: unknown, member: string, where: string): Record<string, unknown> {
  if (typeof given === 'object' && given !== null && !Array.isArray(given))
    return given as Record<string, unknown>;
  throw notAnObject(member, given, where);
}

/** The scheme with its arrays replaced by their places; shared values become each slice's own, as older readers expect. */
function storedScheme(scheme: Scheme, add: (values: Float32Array) => StoredArray) {
  const plain = scheme.kind === 'codebook' ? withOwnValues(scheme) : scheme;
  return Object.fromEntries(
    Object.entries(plain).map(([key, value]) => [key, value instanceof Float32Array ? add(value) : value]),
  );
}

function loadedScheme(stored: Record<string, unknown>, read: Read, where: string): Scheme {
  const { kind, levels, order } = stored;
  const numbers = (member: string) => read(stored[member], 'float32');
  const numbersOrNone = (member: string) => (stored[member] === undefined ? undefined : numbers(member));
  if (kind === 'affine' && isCount(levels)) {
    const offset = numbersOrNone('offset');
    return { kind, levels, scale: numbers('scale'), ...(offset && { offset }) };
  }
  if (kind === 'codebook' && isCount(levels)) {
    const thresholds = numbersOrNone('thresholds');
    return { kind, levels, values: numbers('values'), ...(thresholds && { thresholds }) };
  }
  if (kind === 'residual' && isCount(order)) return { kind, order, scales: numbers('scales') };
  throw new LowbitError({
    code: 'checkpoint-invalid',
    where,
    expected: 'a scheme: affine, codebook or residual, with the number of its levels or its order',
    received: JSON.stringify(stored).slice(0, 80),
    remedy: 'Give the JSON and the data of one checkpoint, unchanged.',
  });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function mapValues<V, W>(map: ReadonlyMap<string, V>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries([...map].map(([key, value]) => [key, change(value)]));
}

function notACheckpoint(where: string, given: unknown): LowbitError {
  const { format, version, document } = Object(given) as Record<string, unknown>;
  const [received, remedy] =
    typeof given === 'string'
      ? ['a text', 'Parse it first: loadCheckpoint(JSON.parse(text), data).']
      : isPromise(given)
        ? ['a promise', 'Await it: loadCheckpoint(await document, await data).']
        : document !== undefined
          ? ['both parts in one', 'Give them apart: loadCheckpoint(stored.document, stored.data).']
          : [
              `format ${String(format)}, version ${String(version)}`,
              'Give the file that storeCheckpoint made, unchanged.',
            ];
  const expected = 'a training checkpoint of version 1';
  return new LowbitError({ code: 'checkpoint-invalid', where, expected, received, remedy });
}

function notAnObject(member: string, given: unknown, where: string): LowbitError {
  return new LowbitError({
    code: 'checkpoint-invalid',
    where: `${where}: ${member}`,
    expected: member === 'rounds' ? 'a list' : 'an object',
    received: JSON.stringify(given)?.slice(0, 40) ?? 'nothing',
    remedy: 'Give the JSON that storeCheckpoint made, unchanged.',
  });
}

import { LowbitError } from '../errors/error.js';
import { parsePlan } from '../plan/parse-plan.js';
import type { Scheme } from '../scheme/types.js';
import { arrayReader, arrayWriter, type StoredArray } from './stored-arrays.js';
import type { FrozenWeight, TrainingCheckpoint } from './checkpoint.js';

/** A checkpoint as plain JSON and the bytes of its arrays. */
export interface StoredCheckpoint {
  readonly document: Readonly<Record<string, unknown>>;
  readonly data: Uint8Array;
}

/** Splits a checkpoint into JSON and bytes (little-endian), to be stored side by side. */
export function storeCheckpoint({ variables, frozen, ...rest }: TrainingCheckpoint): StoredCheckpoint {
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
 * @param where Name of the file, for errors.
 * @throws LowbitError `checkpoint-invalid` for anything else; `plan-invalid` for its plan.
 */
export function loadCheckpoint(document: unknown, data: Uint8Array, where: string): TrainingCheckpoint {
  const given = (document ?? {}) as Partial<TrainingCheckpoint> & Record<string, unknown>;
  if (given.format !== 'lowbit-training' || given.version !== 1) throw notACheckpoint(where, given);
  const read = arrayReader(data, where);
  const plan = parsePlan(given.plan, where);
  const rounds = Array.isArray(given.rounds) ? (given.rounds as TrainingCheckpoint['rounds']) : [];
  const memory = { ...given.memory };
  return {
    format: 'lowbit-training',
    version: 1,
    plan,
    rounds,
    memory,
    variables: new Map(entriesOf(given.variables).map(([name, array]) => [name, read(array, 'float32')])),
    frozen: new Map(entriesOf(given.frozen).map(([id, weight]) => [id, frozenWeight(weight, read)])),
  };
}

type Read = ReturnType<typeof arrayReader>;

function frozenWeight(given: unknown, read: Read): FrozenWeight {
  const { mask, values, scheme } = given as Record<keyof FrozenWeight, unknown>;
  return { mask: read(mask, 'uint8'), values: read(values, 'float32'), scheme: loadedScheme(scheme, read) };
}

/** The scheme with its arrays replaced by their places. */
function storedScheme(scheme: Scheme, add: (values: Float32Array) => StoredArray) {
  return Object.fromEntries(
    Object.entries(scheme).map(([key, value]) => [key, value instanceof Float32Array ? add(value) : value]),
  );
}

function loadedScheme(given: unknown, read: Read): Scheme {
  const entries = Object.entries(given as Record<string, unknown>).map(([key, value]) => [
    key,
    typeof value === 'object' ? read(value, 'float32') : value,
  ]);
  return Object.fromEntries(entries) as unknown as Scheme;
}

function mapValues<V, W>(map: ReadonlyMap<string, V>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries([...map].map(([key, value]) => [key, change(value)]));
}

function entriesOf(given: unknown): [string, unknown][] {
  return Object.entries((given ?? {}) as Record<string, unknown>);
}

function notACheckpoint(where: string, { format, version }: { format?: unknown; version?: unknown }) {
  return new LowbitError({
    code: 'checkpoint-invalid',
    where,
    expected: 'a training checkpoint of version 1',
    received: `format ${String(format)}, version ${String(version)}`,
    remedy: 'Give the file that storeCheckpoint made, unchanged.',
  });
}

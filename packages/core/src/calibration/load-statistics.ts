import { checkArgument } from '../errors/check-argument.js';
import { LowbitError } from '../errors/error.js';
import { isPromise } from '../errors/is-promise.js';
import { wordValue } from '../errors/word-value.js';
import { checkCalibration } from './check-calibration.js';
import type { GroupInputs, InputsOfWeight } from './input-statistics.js';
import type { InputMoments } from './moments.js';
import type { Calibration } from './site-statistics.js';
import { statisticsHead, type StoredInputs } from './store-statistics.js';

const remedy = 'Gather the statistics again, and store them: storeStatistics(calibration).';

/**
 * Statistics from the files that `storeStatistics` gave. The moments of a weight are read when they are asked for.
 *
 * @param head What is in `statistics.json`, parsed.
 * @param readFile What another file of the folder holds, by its name.
 * @throws LowbitError `invalid-argument`; `calibration-invalid` for another head, and later for a file of another size or with moments
 *   that no rows have; later what `readFile` throws.
 * @example
 * const head = JSON.parse(await readFile(join(folder, 'statistics.json'), 'utf8'));
 * const calibration = loadStatistics(head, (path) => readFile(join(folder, path)));
 */
export function loadStatistics(
  head: unknown,
  readFile: (path: string) => Uint8Array | Promise<Uint8Array>,
): Calibration {
  const where = 'loadStatistics(head, readFile)';
  checkArgument(!isPromise(head), head, { where, expected: 'what is in statistics.json, parsed' });
  checkArgument(typeof readFile === 'function', readFile, {
    where,
    expected: 'a function that reads a file',
  });
  const { inputs, ...calibration } = Object(head) as Record<string, unknown>;
  checkCalibration(calibration, statisticsHead, remedy);
  if (inputs === undefined) return calibration;
  const { weights, unknown } = checkedHead(inputs);
  return {
    ...calibration,
    inputs: {
      weights: [...weights.keys(), ...unknown.keys()],
      async read(id): Promise<InputsOfWeight> {
        const stored = weights.get(id);
        if (stored === undefined) return { why: unknown.get(id) ?? 'the statistics do not tell its inputs' };
        const bytes: unknown = await readFile(stored.file);
        if (!(bytes instanceof Uint8Array))
          throw invalid(stored.file, 'bytes in a Uint8Array', wordValue(bytes));
        return { observed: { groups: groupsIn(bytes, stored) } };
      },
    },
  };
}

function checkedHead(inputs: unknown): {
  readonly weights: ReadonlyMap<string, StoredInputs>;
  readonly unknown: ReadonlyMap<string, string>;
} {
  const { weights, unknown } = Object(inputs) as Readonly<Record<string, unknown>>;
  const isWhole = isRecord(weights) && isRecord(unknown);
  if (!isWhole) throw invalid(`${statisticsHead}: inputs`, 'weights and unknown', JSON.stringify(inputs));
  for (const [id, stored] of Object.entries(weights))
    if (!isStored(stored))
      throw invalid(
        `${statisticsHead}: inputs.weights[${JSON.stringify(id)}]`,
        'file (N.bin), inputs and groups, each with the number of rows that were seen',
        JSON.stringify(stored),
      );
  const reasons = Object.entries(unknown).map(([id, why]) => [id, String(why)] as const);
  return {
    weights: new Map(Object.entries(weights as Record<string, StoredInputs>)),
    unknown: new Map(reasons),
  };
}

function isStored(stored: unknown): stored is StoredInputs {
  const { file, inputs, groups } = Object(stored) as Readonly<Record<string, unknown>>;
  const isGroup = (group: unknown) => {
    const { seen, heldOut } = Object(group) as Readonly<Record<string, unknown>>;
    return isCount(seen) && (heldOut === undefined || isCount(heldOut));
  };
  return (
    /^\d+\.bin$/.test(String(file)) &&
    isCount(inputs) &&
    Array.isArray(groups) &&
    groups.length > 0 &&
    groups.every(isGroup)
  );
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) > 0;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function groupsIn(bytes: Uint8Array, { file, inputs, groups }: StoredInputs): readonly GroupInputs[] {
  const each = 4 * (inputs + (inputs * (inputs + 1)) / 2);
  const parts = groups.reduce((sum, { heldOut }) => sum + (heldOut === undefined ? 1 : 2), 0);
  if (bytes.length !== parts * each) throw invalid(file, `${parts * each} bytes`, `${bytes.length}`);
  let at = 0;
  const next = (count: number): InputMoments => {
    const sums = floats(bytes, at, inputs);
    const products = floats(bytes, at + 4 * inputs, each / 4 - inputs);
    at += each;
    checkMoments({ inputs, count, sums, products }, file);
    return { inputs, count, sums, products };
  };
  return groups.map(({ seen, heldOut }) => ({
    seen: next(seen),
    ...(heldOut !== undefined && { heldOut: next(heldOut) }),
  }));
}

function floats(bytes: Uint8Array, from: number, count: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, count * 4);
  return Float32Array.from({ length: count }, (_, i) => view.getFloat32(i * 4, true));
}

/** Sums of squares are at least 0, and whatever is stored is finite. */
function checkMoments({ inputs, sums, products }: InputMoments, file: string): void {
  const isFinite = sums.every(Number.isFinite) && products.every(Number.isFinite);
  let at = 0;
  let isSum = isFinite;
  for (let i = 0; i < inputs; at += inputs - i, i++) isSum &&= (products[at] as number) >= 0;
  if (!isSum)
    throw invalid(file, 'sums of finite rows', isFinite ? 'a negative sum of squares' : 'NaN or an infinity');
}

function invalid(where: string, expected: string, received: string): LowbitError {
  const short = received.length > 80 ? `${received.slice(0, 80)}…` : received;
  return new LowbitError({ code: 'calibration-invalid', where, expected, received: short, remedy });
}

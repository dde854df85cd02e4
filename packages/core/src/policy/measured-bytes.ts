import type { MeasuredItem, Measurements } from '../contract/measurements.js';
import type { BitAssignment, Candidate } from '../contract/policy.js';
import { checkArgument } from '../errors/check-argument.js';
import { checkListOf } from '../errors/check-kinds.js';
import { LowbitError } from '../errors/error.js';
import { candidateKey } from './candidates.js';
import { checkMeasurements } from './check-measurements.js';

/**
 * Bytes of the written model that are not for some weights to spend: what it takes beside what was measured, as it was last written (nothing
 * where it was not), and what the draft gives all others.
 *
 * @param draft Default: none.
 * @param open Ids of the weights that bytes are spent on.
 * @throws LowbitError `invalid-argument`; `calibration-missing` for another weight of the draft that was not measured.
 */
export function bytesBeside(
  measurements: Measurements,
  draft: readonly BitAssignment[] = [],
  open: ReadonlySet<string> = new Set(),
): number {
  checkMeasurements(measurements, 'bytesBeside(measurements)');
  checkListOf(isAssignment, draft, 'bytesBeside: draft', 'a list of assignments');
  const { has } = Object(open) as Partial<ReadonlySet<string>>;
  checkArgument(typeof has === 'function', open, { where: 'bytesBeside: open', expected: 'a set of ids' });
  const others = assignedBytes(
    measurements,
    draft.filter(({ id }) => !open.has(id)),
  );
  const { items, written } = measurements;
  const last = written.at(-1);
  const bytesIn = ({ ids, candidates }: MeasuredItem): number =>
    candidates.find(({ candidate }) => candidate === last?.choice[ids[0]])?.storedBytes ?? 0;
  const rest = last === undefined ? 0 : last.bytes - items.reduce((sum, item) => sum + bytesIn(item), 0);
  return rest + others;
}

/**
 * Bytes that weights would take in the file with what they are assigned; those that are float take none of what is spent. A width that no
 * file stores in fewer bytes than a wider one of its kind takes what that takes.
 *
 * @throws LowbitError `calibration-missing` for a weight that was not measured.
 */
export function assignedBytes(measurements: Measurements, assignments: readonly BitAssignment[]): number {
  checkMeasurements(measurements, 'assignedBytes: measurements');
  checkListOf(isAssignment, assignments, 'assignedBytes: assignments', 'a list of assignments');
  const itemOf = new Map(measurements.items.map((item) => [item.ids[0], item]));
  return assignments.reduce((sum, entry) => {
    if (entry.bits === 'float') return sum;
    const alike = (itemOf.get(entry.id)?.candidates ?? [])
      .filter(
        ({ candidate, bits }) => familyOf(candidate) === familyOf(candidateKey(entry)) && bits !== 'float',
      )
      .sort((a, b) => widthOf(a) - widthOf(b));
    const own = alike.find((known) => widthOf(known) >= widthOf(entry)) ?? alike.at(-1);
    if (own === undefined) throw notMeasured(entry.id, candidateKey(entry));
    return sum + own.storedBytes;
  }, 0);
}

const isAssignment = (value: unknown): boolean => {
  const { id, bits } = Object(value) as Partial<BitAssignment>;
  return typeof id === 'string' && (bits === 'float' || typeof bits === 'number');
};

/** What a key says besides bits. */
export const familyOf = (key: string): string => key.replace(/^\S+/, '');

/** In bits; floats have 32. */
export const widthOf = ({ bits }: Pick<Candidate, 'bits'>): number => (bits === 'float' ? 32 : bits);

export function notMeasured(id: string, expected: string): LowbitError {
  return new LowbitError({
    code: 'calibration-missing',
    where: `policy 'budget': weight '${id}'`,
    expected: `measurements of ${expected}`,
    remedy: 'Leave measurements out, so that quantize measures by itself, or measure with the same recipe.',
  });
}

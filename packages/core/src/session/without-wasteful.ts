import type { CandidateChoice, Measurements } from '../contract/measurements.js';
import type { StorageCost } from '../contract/storage-cost.js';
import { valueBytesOf } from '../contract/value-bytes.js';
import { familyOf, widthOf } from '../policy/measured-bytes.js';

/** The least that candidates take: in the file, and of codes and parameters. */
export type LeastBytes = Pick<StorageCost, 'storedBytes' | 'valueBytes'>;

/** Of what is left as it is, any width will do. @param wider The least of what is wider; `undefined` where nothing is. */
export function savesNothing(cost: StorageCost, wider: LeastBytes | undefined): boolean {
  if (wider === undefined) return false;
  if (cost.float === true) return cost.storedBytes > wider.storedBytes;
  return cost.storedBytes >= wider.storedBytes && valueBytesOf(cost) >= valueBytesOf(wider);
}

/** The least of a candidate and of what is wider. */
export const leastOf = (cost: LeastBytes, wider: LeastBytes | undefined): LeastBytes => ({
  storedBytes: Math.min(cost.storedBytes, wider?.storedBytes ?? Infinity),
  valueBytes: Math.min(valueBytesOf(cost), wider === undefined ? Infinity : valueBytesOf(wider)),
});

/** What counts though it saves nothing. */
interface Keeping {
  readonly kept: CandidateChoice | undefined;
  readonly known: Measurements | undefined;
  readonly keepsAll: boolean;
}

/**
 * Measurements of costs without what takes no less than what is wider of its family, as `measureItem` leaves it out.
 *
 * @param kept Candidates that count in any case, by weight, as do those that were known before.
 */
export function withoutWasteful(
  measured: Measurements,
  { kept = {}, known, keepsAll }: Keeping,
): Measurements {
  if (keepsAll) return measured;
  const items = measured.items.map((item) => {
    const { ids, candidates } = item;
    const before = known?.items.find((one) => one.ids.join('\n') === ids.join('\n'));
    const least = new Map<string, LeastBytes>();
    const widestFirst = [...candidates].sort((a, b) => widthOf(b) - widthOf(a));
    const wasteful = widestFirst.filter((own) => {
      const family = familyOf(own.candidate);
      const wider = least.get(family);
      const isKnown = before?.candidates.some(({ candidate }) => candidate === own.candidate) === true;
      if (own.bits !== 'float') least.set(family, leastOf(own, wider));
      return own.bits !== 'float' && !isKnown && own.candidate !== kept[ids[0]] && savesNothing(own, wider);
    });
    return { ...item, candidates: candidates.filter((own) => !wasteful.includes(own)) };
  });
  return { ...measured, items };
}

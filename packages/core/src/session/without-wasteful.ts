import type { CandidateChoice, Measurements } from '../contract/measurements.js';
import type { StorageCost } from '../contract/storage-cost.js';
import { familyOf, widthOf } from '../policy/measured-bytes.js';

/** Of what is left as it is, any width will do. @param wider Bytes of what is wider. */
export const savesNothing = ({ float, storedBytes }: StorageCost, wider: number): boolean =>
  float === true ? storedBytes > wider : storedBytes >= wider;

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
    const least = new Map<string, number>();
    const widestFirst = [...candidates].sort((a, b) => widthOf(b) - widthOf(a));
    const wasteful = widestFirst.filter((own) => {
      const family = familyOf(own.candidate);
      const wider = least.get(family) ?? Infinity;
      const isKnown = before?.candidates.some(({ candidate }) => candidate === own.candidate) === true;
      if (own.bits !== 'float') least.set(family, Math.min(own.storedBytes, wider));
      return own.bits !== 'float' && !isKnown && own.candidate !== kept[ids[0]] && savesNothing(own, wider);
    });
    return { ...item, candidates: candidates.filter((own) => !wasteful.includes(own)) };
  });
  return { ...measured, items };
}

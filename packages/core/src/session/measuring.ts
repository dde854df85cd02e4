import { defined } from '../contract/defined.js';
import { type SessionOptions, sessionTypes } from '../contract/events.js';
import type { EffectKind, Measurements } from '../contract/measurements.js';
import type { Batch } from '../contract/model-run.js';
import type { Candidate } from '../contract/policy.js';
import type { ModelPort } from '../contract/port.js';
import { checkOptions } from '../errors/check-argument.js';
import { checkListOf } from '../errors/check-kinds.js';
import { LowbitError } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import { beginMeasuring, type MeasureOptions } from './measure.js';
import { itemsOf, measureItems } from './measure-weights.js';

/** A model whose weights are measured in parts, in any order; what does not depend on the part is computed once. */
export interface Measuring {
  /** Ids of the weights that are decided at once, by depth. */
  readonly items: readonly (readonly string[])[];
  /** Absent where nothing is run. */
  readonly effect?: EffectKind;
  /**
   * Measures the items that hold these weights.
   *
   * @throws LowbitError `invalid-argument` for weights that are in none; `aborted`; the port's own errors.
   */
  measure(ids: readonly string[], session?: SessionOptions): Promise<Measurements>;
}

/**
 * Begins to measure as {@link measure} does, for who spreads the work: parts that are put together by `mergeMeasurements` are what
 * `measure` gives, byte for byte.
 *
 * @param batches Without any, effects are not known, and items are listed without running anything.
 * @throws LowbitError as `measure`.
 * @example
 * const { items, measure } = await measuring(port, batches, [2, 4, 8], { recipe });
 * const all = mergeMeasurements(await Promise.all(items.map((ids) => measure(ids))));
 */
export async function measuring<M>(
  port: ModelPort<M>,
  batches: Iterable<Batch> | AsyncIterable<Batch> | undefined,
  candidates: readonly (number | 'float' | Candidate)[],
  options: Omit<MeasureOptions, 'only' | 'known' | 'onMeasured'> = {},
): Promise<Measuring> {
  const work = await beginMeasuring(port, batches, candidates, { where: 'measuring', options });
  const { judge, prepared } = work;
  const items = itemsOf(port, { ...work, ...defined({ together: options.together }) });
  const byId = new Map(items.flatMap((item) => item.ids.map((id) => [id, item] as const)));
  return {
    items: items.map(({ ids }) => ids),
    ...defined({ effect: judge?.kind }),
    async measure(ids, session = {}) {
      checkListOf((id) => typeof id === 'string', ids, 'measuring: ids', 'a list of ids of weights');
      checkOptions(session, sessionTypes, 'measuring');
      const unknown = ids.find((id) => !byId.has(id));
      if (unknown !== undefined) throw notMeasured(unknown, [...byId.keys()]);
      const wanted = items.filter((item) => item.ids.some((id) => ids.includes(id)));
      return measureItems(port, prepared, wanted, judge, session);
    },
  };
}

function notMeasured(id: string, ids: readonly string[]): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'measuring: ids',
    expected: 'weights that are measured',
    received: `'${id}'`,
    ...suggestName(id, ids),
  });
}

import { expandWeight, isPacked, storedForm } from '@lowbit/tfjs-format';
import { alreadyMade } from '../io/quantized-before.js';
import { quantizedAlready, recordsIn } from '../model/weight-records.js';
import type { ReadGraph } from './read-graph.js';

/**
 * Why weights of a graph are not quantized again, by name: lowbit has made what they are, which is known by the records in the metadata, or by the packed form, which nobody
 * else writes.
 */
export function quantizedInGraph({ artifacts, weights, where }: ReadGraph): ReadonlyMap<string, string> {
  const records = recordsIn(artifacts.userDefinedMetadata);
  return new Map(
    weights.flatMap((weight): [string, string][] => {
      const { spec } = weight;
      const record = records.get(spec.name);
      if (isPacked(spec)) return [[spec.name, quantizedAlready(record?.made ?? storedForm(spec))]];
      if (record === undefined || spec.dtype !== 'float32') return [];
      const reason = alreadyMade(expandWeight(weight, where), record);
      return reason === undefined ? [] : [[spec.name, reason]];
    }),
  );
}

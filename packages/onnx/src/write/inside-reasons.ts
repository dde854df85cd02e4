import type { StorageNote } from '@lowbit/core';
import type { WeightSite } from '../describe/weight-site.js';
import type { ModelProto } from '../schema/proto.js';
import { leastOutside } from './external-data.js';

const reason =
  'stays in the model file, since runtimes look for other files on behalf of the main graph alone';

/** Why large weights of subgraphs and functions do not go into another file, by id. */
export function insideReasons(
  sites: readonly WeightSite[],
  { graph }: ModelProto,
  notes: readonly StorageNote[],
): ReadonlyMap<string, string> {
  const inner = new Set(sites.flatMap(({ id, source }) => (source.graph === graph ? [] : [id])));
  const large = notes.filter(({ id, storedBytes }) => inner.has(id) && storedBytes >= leastOutside);
  return new Map(large.map(({ id }) => [id, reason]));
}

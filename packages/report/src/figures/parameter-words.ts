import type { ParameterStorage, QuantizationPlan } from '@lowbit/core';
import { checkArgument } from '@lowbit/core/adapter';
import { rollups } from 'd3-array';

import { hasLists } from '../check-given.js';

/** How scales, offsets and codebooks are to be held, as the plan says; reasons and warnings of weights tell where they are not; `undefined` when all are float32, as by default. */
export function parameterWords(plan: QuantizationPlan): string | undefined {
  checkArgument(hasLists(plan, ['weights']), plan, {
    where: 'parameterWords',
    expected: 'the plan of a report',
  });
  const storages = plan.weights.flatMap((entry) =>
    entry.bits === 'float' ? [] : [storageWords(entry.parameterStorage)],
  );
  const counts = rollups(
    storages,
    (group) => group.length,
    (words) => words,
  );
  if (counts.every(([words]) => words === 'float32')) return undefined;
  const words = counts.map(([storage, count]) => (counts.length === 1 ? storage : `${count} × ${storage}`));
  return `scales, offsets and codebooks: ${words.join(', ')}, but where a weight says otherwise`;
}

function storageWords(storage: ParameterStorage): string {
  return typeof storage === 'string' ? storage : `${storage.kind}:${storage.bits}`;
}

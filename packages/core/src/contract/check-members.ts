import { LowbitError } from '../errors/error.js';
import { badOptions, badValues } from './check-options.js';
import { badQuantizer } from './check-quantizer.js';
import type { Plugin } from './plugin.js';
import type { RounderNeed } from './rounder.js';

/**
 * Checks that a plugin has what its kind cannot do without, and that what it says of itself means something.
 *
 * @throws LowbitError `invalid-argument` naming what is missing.
 */
export function checkMembers(plugin: Plugin): void {
  const lacks = [...badName(plugin), ...badOptions(plugin), ...badValues(plugin), ...missingMembers(plugin)];
  if (lacks.length === 0) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: `${plugin.kind} '${plugin.name}'`,
    expected: lacks.join(', '),
    received: 'none, or something else under that name',
    remedy: 'The laws of @lowbit/conformance tell its author what else is wrong with it.',
  });
}

/** Choices by text, as `NAME:key=value,key=value`, could not tell such a name. */
function badName({ name }: Plugin): readonly string[] {
  return /[:,]/.test(name) ? ["a name in lower case with dashes, without ':' and ','"] : [];
}

function missingMembers(plugin: Plugin): readonly string[] {
  switch (plugin.kind) {
    case 'quantizer':
      return badQuantizer(plugin);
    case 'policy':
      return [
        ...(typeof plugin.assign === 'function' ? [] : ['a function assign']),
        ...(plugin.needs === undefined || plugin.needs === 'features' ? [] : ["as needs, 'features'"]),
        ...(plugin.budget === undefined || typeof plugin.budget === 'function'
          ? []
          : ['as budget, a function']),
      ];
    case 'schedule':
      return typeof plugin.next === 'function' ? [] : ['a function next'];
    case 'rounder':
      return [
        ...(typeof plugin.round === 'function' ? [] : ['a function round']),
        ...(isNeeds(plugin.needs) ? [] : ["as needs, a list of 'gram', 'inputMean' or neither"]),
      ];
  }
}

const rounderNeeds: readonly unknown[] = ['gram', 'inputMean'] satisfies readonly RounderNeed[];

const isNeeds = (needs: unknown): boolean =>
  Array.isArray(needs) && needs.every((need) => rounderNeeds.includes(need));

import { LowbitError } from '../errors/error.js';
import { badGrids, badOptions } from './check-options.js';
import type { Plugin } from './plugin.js';

/**
 * Checks that a plugin has what its kind cannot do without.
 *
 * @throws LowbitError `invalid-argument` naming what is missing.
 */
export function checkMembers(plugin: Plugin): void {
  const lacks = [...badOptions(plugin), ...missingMembers(plugin)];
  if (lacks.length === 0) return;
  throw new LowbitError({
    code: 'invalid-argument',
    where: `${plugin.kind} '${plugin.name}'`,
    expected: lacks.join(', '),
    received: 'none, or something else under that name',
    remedy: 'The laws of @lowbit/conformance tell its author what else is wrong with it.',
  });
}

/** What `dynamic` may be; `false` is as good as none. */
const dynamics: readonly unknown[] = [undefined, false, true, 'range'];

const isObject = (value: unknown) => typeof value === 'object' && value !== null;

function missingMembers(plugin: Plugin): readonly string[] {
  const value = plugin as unknown as Readonly<Record<string, unknown>>;
  const isFunction = (name: string) => typeof value[name] === 'function';
  switch (plugin.kind) {
    case 'quantizer':
      return [
        ...(isFunction('fit') ? [] : ['a function fit']),
        ...(Array.isArray(value['roles']) ? [] : ['a list roles']),
        ...(isObject(value['bits']) ? [] : ['an object bits']),
        ...(dynamics.includes(value['dynamic']) ? [] : ["as dynamic, true or 'range'"]),
        ...badGrids(plugin),
      ];
    case 'policy':
      return isFunction('assign') ? [] : ['a function assign'];
    case 'schedule':
      return isFunction('next') ? [] : ['a function next'];
  }
}

import { sep } from 'node:path';

/** What a pattern stands for: the folder before its first wildcard, and what is wanted below. */
export interface Glob {
  readonly folder: string;
  /** Whether a name below the folder, with `/` between its parts, fits, or lies in a folder that fits. */
  fits(name: string): boolean;
  /** Whether something in a folder of this name may fit. */
  leadsOn(name: string): boolean;
}

/**
 * A path with wildcards: `*` stands for any characters of one name, `?` for one, `**` for any folders in between; names with a dot in
 * front have to be named. `undefined` for a path without.
 */
export function globOf(path: string): Glob | undefined {
  const parts = sep === '/' ? path.split('/') : path.split(/[\\/]/);
  const first = parts.findIndex((part) => /[*?]/.test(part));
  if (first < 0) return undefined;
  const before = parts.slice(0, first).join('/');
  const pattern = parts.slice(first).filter((part) => part !== '');
  const after = (name: string) => name.split('/').reduce(step(pattern), new Set(reached(pattern, 0)));
  return {
    folder: before === '' && first === 0 ? '.' : `${before}/`,
    fits: (name) => after(name).has(pattern.length),
    leadsOn: (name) => after(name).size > 0,
  };
}

/** How many parts of the pattern may be used up once one more part of a name is; all of them remain so in a folder that fits. */
const step =
  (pattern: readonly string[]) =>
  (used: ReadonlySet<number>, part: string): Set<number> =>
    new Set(
      [...used].flatMap((count) => {
        const wanted = pattern[count];
        if (wanted === undefined) return [count];
        if (!fitsPart(wanted, part)) return [];
        const isLast = count === pattern.length - 1;
        return reached(pattern, wanted === '**' && !isLast ? count : count + 1);
      }),
    );

/** A count, and those after it that need no part of a name, since `**` stands for no folder too. */
function reached(pattern: readonly string[], count: number): number[] {
  return pattern[count] === '**' && count < pattern.length - 1
    ? [count, ...reached(pattern, count + 1)]
    : [count];
}

function fitsPart(wanted: string, part: string): boolean {
  if (part.startsWith('.') && !wanted.startsWith('.')) return false;
  if (wanted === '**') return true;
  const source = wanted
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(part);
}

import { digestOf } from './digest.js';
import type { Group } from './item.js';

/** Digests by item, by group. Of an ONNX file two: as it is, and in its canonical form. */
export type Digests = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** How many items have digests. */
export const countOf = (digests: Digests): number =>
  Object.values(digests).reduce((sum, group) => sum + Object.keys(group).length, 0);

/** The digests of one group. */
export async function digestsOf(group: Group): Promise<Readonly<Record<string, string>>> {
  const digests = new Map<string, string>();
  for await (const { name, content, canonical } of group.items()) {
    if (digests.has(name)) throw new Error(`Two items of '${group.name}' are called '${name}'.`);
    const second = canonical === undefined ? [] : [digestOf(canonical)];
    digests.set(name, [digestOf(content), ...second].join(' '));
  }
  return Object.fromEntries(digests);
}

/** What differs of one group: names with what became of them. */
export function differences(
  recorded: Readonly<Record<string, string>> = {},
  current: Readonly<Record<string, string>>,
  canonical: boolean,
): string[] {
  // The canonical form is the last one: the only one of what has no other.
  const part = (digest: string | undefined) =>
    canonical ? digest?.split(' ').at(-1) : digest?.split(' ')[0];
  const names = new Set([...Object.keys(recorded), ...Object.keys(current)]);
  return [...names].flatMap((name) => {
    if (recorded[name] === undefined) return [`${name}: new`];
    if (current[name] === undefined) return [`${name}: missing`];
    return part(recorded[name]) === part(current[name]) ? [] : [`${name}: differs`];
  });
}

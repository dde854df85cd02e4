import { badGrids } from './check-options.js';
import type { Quantizer, Role } from './quantizer.js';

/** The words that members may be; `undefined`, and `false` where `true` may stand, are as good as none. */
const words: Readonly<Record<string, readonly unknown[]>> = {
  dynamic: [true, 'range', 'signs', false],
  observes: ['values', 'samples', 'patches'],
  expects: ['unit-variance'],
  needs: ['ranges'],
  fitsInForward: [true, false],
};
/** Members that may depend on the options. */
const mayAsk: readonly string[] = ['observes', 'fitsInForward'];
const verbs = ['fitRanges', 'fitRows', 'fitTensor', 'refit', 'forward', 'backward'];
const roles: readonly unknown[] = ['weight', 'activation'];

/** What is wrong with the members of a quantizer: in words, what is expected. */
export function badQuantizer(quantizer: Quantizer): readonly string[] {
  const members = quantizer as unknown as Readonly<Record<string, unknown>>;
  const isFunction = (name: string) => typeof members[name] === 'function';
  return [
    ...(isFunction('fit') ? [] : ['a function fit']),
    ...verbs
      .filter((name) => members[name] !== undefined && !isFunction(name))
      .map((name) => `as ${name}, a function`),
    ...Object.entries(words).flatMap(([name, known]) => {
      const value = members[name];
      const fits =
        value === undefined || known.includes(value) || (mayAsk.includes(name) && isFunction(name));
      return fits ? [] : [`as ${name}, ${listed(known)}${mayAsk.includes(name) ? ' or a function' : ''}`];
    }),
    ...badRoles(quantizer),
    ...badGrids(quantizer),
  ];
}

const listed = (known: readonly unknown[]): string =>
  known
    .filter((value) => value !== false)
    .map((value) => (typeof value === 'string' ? `'${value}'` : String(value)))
    .join(' or ');

function badRoles({ roles: own, bits }: Quantizer): readonly string[] {
  if (!Array.isArray(own)) return ['a list roles'];
  if (typeof bits !== 'object' || bits === null) return ['an object bits'];
  if (own.length === 0 || !own.every((role) => roles.includes(role)))
    return ["in roles, 'weight' or 'activation' or both"];
  return (own as readonly Role[]).flatMap((role) =>
    isWidths(bits[role]) ? [] : [`widths for '${role}', integers from 1 to 16`],
  );
}

function isWidths(widths: unknown): boolean {
  const isWidth = (bits: unknown) =>
    Number.isInteger(bits) && (bits as number) >= 1 && (bits as number) <= 16;
  return Array.isArray(widths) && widths.length > 0 && widths.every(isWidth);
}

import { LowbitError, type Problem } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import type { OptionDescription, Options, OptionSchema, OptionValue } from './options.js';

/**
 * The options with every default filled in. Throws `unsupported-option`, naming every option that is unknown,
 * of the wrong type or out of range, and listing those that exist.
 */
export function resolveOptions(schema: OptionSchema, given: Options, where: string): Options {
  const defaults = Object.entries(schema).map(([name, option]) => [name, option.default] as const);
  const [first, ...rest] = optionProblems(schema, given, where);
  if (first !== undefined) throw new LowbitError([first, ...rest]);
  return { ...Object.fromEntries(defaults), ...given };
}

/** Every option that is unknown, of the wrong type or out of range. */
export function optionProblems(schema: OptionSchema, given: Options, where: string): Problem[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const option = Object.hasOwn(schema, name) ? schema[name] : undefined;
    if (option !== undefined && accepts(option, value)) return [];
    const expected = option === undefined ? offered(schema) : describe(option);
    const known = option === undefined ? Object.keys(schema) : option.type === 'choice' ? option.values : [];
    const meant = suggestName(option === undefined ? name : String(value), known);
    return [
      {
        code: 'unsupported-option',
        where: `${where}: option '${name}'`,
        expected,
        received: String(value),
        ...meant,
      },
    ];
  });
}

/** An option's value from text, as it stands in `name:key=value`; text that fits no type stays text. */
export function parseOption(option: OptionDescription | undefined, text: string): OptionValue {
  if (option?.type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (option?.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function accepts(option: OptionDescription, value: OptionValue): boolean {
  if (option.type === 'choice') return typeof value === 'string' && option.values.includes(value);
  if (option.type === 'boolean') return typeof value === 'boolean';
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  return value >= (option.min ?? -Infinity) && value <= (option.max ?? Infinity);
}

function describe(option: OptionDescription): string {
  if (option.type === 'choice') return `one of ${option.values.join(', ')}`;
  if (option.type === 'boolean') return 'true or false';
  return `a number from ${option.min ?? '−∞'} to ${option.max ?? '∞'}`;
}

function offered(schema: OptionSchema): string {
  const names = Object.keys(schema);
  return names.length === 0 ? 'no option' : `one of the options ${names.join(', ')}`;
}

import { LowbitError, type Options, type Quantizer } from '@lowbit/core';
import {
  checkArgument,
  defined,
  optionsOf,
  type FittedSite,
  type SliceParameters,
} from '@lowbit/core/adapter';

interface StoredSite {
  readonly id: string;
  readonly quantizer: string;
  readonly options: Options;
  readonly bits: number;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** Id of the site in front of a layer. */
export function siteId(layer: string): string {
  return `${layer}/input`;
}

/**
 * A site as text for a layer's configuration: JSON in hexadecimal digits, because TensorFlow.js changes underscores and capital
 * letters of every other string and key when it saves and loads.
 */
export function storeSite(site: FittedSite): string {
  checkSite(site, 'storeSite(site)');
  const { id, quantizer, options, bits, parameters } = site;
  const plain = parameters && {
    ...Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [
        key,
        value instanceof Float32Array ? [...value] : (value as unknown),
      ]),
    ),
  };
  const stored: StoredSite = {
    id,
    quantizer: quantizer.name,
    options,
    bits,
    ...defined({ parameters: plain }),
  };
  return toHex(JSON.stringify(stored));
}

/** @throws LowbitError `invalid-argument` for what is no site with its quantizer. */
export function checkSite(site: unknown, where: string): void {
  const { id, quantizer } = Object(site) as Partial<FittedSite>;
  const fits = typeof id === 'string' && typeof Object(quantizer).name === 'string';
  checkArgument(fits, site, {
    where,
    expected: 'a fitted site: { id, quantizer, options, bits, parameters? }',
  });
}

/** @throws LowbitError `unknown-plugin` when the quantizer is not known; `packed-data` for other text. */
export function loadSite(text: string, known: ReadonlyMap<string, Quantizer>, layer: string): FittedSite {
  const isText = typeof text === 'string';
  checkArgument(isText, text, { where: 'loadSite(text)', expected: 'the text that storeSite gave' });
  checkArgument(known instanceof Map, known, {
    where: 'loadSite(…, known)',
    expected: 'a Map of quantizers',
  });
  const { id, quantizer: name, options, bits, parameters } = parse(text, layer);
  const quantizer = known.get(name);
  if (quantizer === undefined) throw unknownQuantizer(name, layer);
  return {
    id,
    bits,
    quantizer,
    options: optionsOf(quantizer, options),
    ...(parameters === undefined ? {} : { parameters: sliceParameters(parameters) }),
  };
}

function parse(text: string, layer: string): StoredSite {
  const problem = {
    code: 'packed-data',
    where: `layer '${layer}'`,
    expected: 'a stored activation site',
    received: text.slice(0, 40),
  } as const;
  let stored: unknown;
  try {
    stored = JSON.parse(fromHex(text));
  } catch (cause) {
    throw new LowbitError(problem, { cause });
  }
  if (!isStoredSite(stored)) throw new LowbitError(problem);
  return stored;
}

/** Whether a text of a file holds a site: files come from anywhere. */
function isStoredSite(stored: unknown): stored is StoredSite {
  const { id, quantizer, options, bits, parameters } = Object(stored) as Record<keyof StoredSite, unknown>;
  const isBits = Number.isInteger(bits) && Number(bits) >= 1;
  const isPlain = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  return (
    typeof id === 'string' &&
    typeof quantizer === 'string' &&
    isPlain(options) &&
    isBits &&
    (parameters === undefined || isPlain(parameters))
  );
}

/** Four digits for each UTF-16 code unit. */
function toHex(text: string): string {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16).padStart(4, '0')).join(
    '',
  );
}

function fromHex(digits: string): string {
  return (digits.match(/.{4}/g) ?? []).map((code) => String.fromCharCode(parseInt(code, 16))).join('');
}

function sliceParameters(stored: Readonly<Record<string, unknown>>): SliceParameters {
  const entries = Object.entries(stored).map(([key, value]) => [
    key,
    Array.isArray(value) ? Float32Array.from(value as number[]) : value,
  ]);
  return Object.fromEntries(entries) as SliceParameters;
}

function unknownQuantizer(name: string, layer: string): LowbitError {
  return new LowbitError({
    code: 'unknown-plugin',
    where: `layer '${layer}': quantizer '${name}'`,
    remedy:
      'Give a registry that holds it, { registry }; or call registerQuantizedInput([…]) of @lowbit/tfjs before, where that runs the model.',
  });
}

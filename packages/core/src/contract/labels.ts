import { checkHas } from '../errors/check-kinds.js';
import { LowbitError } from '../errors/error.js';
import { suggestName } from '../errors/nearest-name.js';
import type { ErrorCode } from '../errors/codes.js';
import { knownName } from './known-name.js';
import { sizeOf } from '../scheme/shape.js';
import type { Batch, LabelValues } from './model-run.js';
import { strangeValue } from './strange-value.js';

/** How what is wrong with labels is told. */
export interface LabelPlace {
  readonly code: Extract<ErrorCode, 'invalid-argument' | 'calibration-invalid'>;
  /** `batch 2` */
  readonly where: string;
  /** The names that labels may go by; any, where they are not given. */
  readonly outputs?: readonly string[];
  /** The outputs that labels without a name could be of; where these are several, they are refused. */
  readonly takers?: (labels: LabelValues) => readonly string[];
}

/**
 * The labels of a batch as values with a shape, of which the first axis counts the samples: those of one output or of whichever they fit,
 * or by output where they name outputs.
 *
 * @returns `undefined` for a batch without labels.
 * @throws LowbitError of the code that is given, with the place in the labels: for other things than numbers, for data that do not fill
 *   their shape, for names of no output, and for none where several outputs could take them.
 */
export function labelsOf(
  batch: Pick<Batch, 'labels'>,
  place: LabelPlace,
): LabelValues | ReadonlyMap<string, LabelValues> | undefined {
  checkHas(batch, [], 'labelsOf(batch, place)', 'a batch');
  checkHas(place, ['code', 'where'], 'labelsOf(batch, place)', 'a place, { code, where }');
  const { labels } = batch;
  const where = `${place.where}: labels`;
  if (labels === undefined) return undefined;
  if (isList(labels) || isValues(labels)) {
    const values = valuesOf(labels, { ...place, where });
    const takers = place.takers?.(values) ?? [];
    if (takers.length > 1) throw ambiguous({ ...place, where }, takers);
    return values;
  }
  if (typeof labels !== 'object' || labels === null)
    throw wrong({ ...place, where }, kinds, String(labels), valuesRemedy);
  const names = Object.keys(labels);
  const { outputs } = place;
  const meant = new Map(names.map((name) => [name, outputs ? knownName(name, outputs) : name]));
  const unknown = names.find((name) => meant.get(name) === undefined);
  if (unknown !== undefined || names.length === 0) {
    const known = outputs ?? [];
    const expected = known.length === 0 ? kinds : `labels of the outputs ${known.join(', ')}`;
    const { remedy = valuesRemedy } = suggestName(unknown ?? '', known);
    throw wrong({ ...place, where }, expected, names.join(', ') || 'an object with no member', remedy);
  }
  const entries = Object.entries(labels).map(
    ([name, given]) =>
      [meant.get(name)!, valuesOf(given, { ...place, where: `${where} of output '${name}'` })] as const,
  );
  const named = new Map(entries);
  if (named.size === names.length) return named;
  throw wrong(
    { ...place, where },
    'labels once for each output',
    names.join(', '),
    'Leave out one of two names of an output.',
  );
}

const kinds = 'a number for each sample, { shape, data }, or one of these by output';

const valuesRemedy =
  "For instance labels: [3, 7], a class or a number a sample; labels: { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] }, row-major; or labels: { 'output name': [3, 7] }.";

const isList = (value: unknown): value is ArrayLike<unknown> =>
  typeof value === 'object' && typeof (value as Partial<ArrayLike<unknown>> | null)?.length === 'number';

const isValues = (value: unknown) =>
  typeof value === 'object' && value !== null && 'shape' in value && 'data' in value;

function valuesOf(given: unknown, place: LabelPlace): LabelValues {
  if (isList(given)) return checked([given.length], given, place);
  const { shape, data } = Object(given) as { readonly shape?: unknown; readonly data?: unknown };
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (isShape && isList(data)) return checked(shape as readonly number[], data, place);
  const isTensor = isShape && typeof data === 'function';
  const remedy = isTensor ? 'Of a tensor that is { shape: x.shape, data: await x.data() }.' : valuesRemedy;
  const received =
    typeof given === 'object' && given !== null ? Object.keys(given).join(', ') : String(given);
  throw wrong(place, 'numbers, or { shape, data }', isTensor ? 'a tensor' : received, remedy);
}

function checked(shape: readonly number[], data: ArrayLike<unknown>, place: LabelPlace): LabelValues {
  if (sizeOf(shape) !== data.length)
    throw wrong(
      place,
      `${sizeOf(shape)} values, as the shape [${shape.join(', ')}] says`,
      `${data.length} values`,
      valuesRemedy,
    );
  const strange = strangeValue(data, shape);
  if (strange === undefined) return { shape, data: data as ArrayLike<number> };
  const isNested = Array.isArray(data[0]) || ArrayBuffer.isView(data[0]);
  const remedy = isNested ? valuesRemedy : strange.remedy;
  throw wrong(
    { ...place, where: `${place.where}, at ${strange.place}` },
    'numbers',
    strange.received,
    remedy,
  );
}

function ambiguous(place: LabelPlace, takers: readonly string[]): LowbitError {
  const example = takers.map((name) => `${JSON.stringify(name)}: …`).join(', ');
  return wrong(
    place,
    `labels by output, since ${takers.join(', ')} could each take them`,
    'labels without names',
    `Give labels: { ${example} }, for those outputs that they are of; in files, an .npz whose arrays are called so.`,
  );
}

function wrong(
  { code, where }: LabelPlace,
  expected: string,
  received: string,
  remedy?: string,
): LowbitError {
  return new LowbitError({ code, where, expected, received, ...(remedy !== undefined && { remedy }) });
}

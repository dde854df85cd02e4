import { type PackedHeader, sizeOf, wrongHeaderMember } from '@lowbit/core/adapter';
import { manifestError } from './manifest-error.js';
import { elementBytes, packedDtype, type WeightSpec } from './weight-spec.js';

/** Throws `model-malformed` unless each value describes a weight that can be read, under a name of its own. */
export function checkSpecs(values: readonly unknown[], where: string): void {
  if (!Array.isArray(values)) throw manifestError(`${where}: weights`, 'a list of weights', values);
  values.forEach((value, i) => checkSpec(value, `${where}: weights[${i}]`));
  checkNames(values as readonly WeightSpec[], where);
}

/** Throws `model-malformed` when two weights have one name, so that nobody could tell them apart. */
export function checkNames(specs: readonly WeightSpec[], where: string): void {
  const names = new Set<string>();
  for (const { name } of specs) {
    if (names.has(name)) throw manifestError(`${where}: weights`, 'a name of its own for each weight', name);
    names.add(name);
  }
}

/** Throws `model-malformed` unless the value describes a weight that can be read. */
export function checkSpec(value: unknown, where: string): asserts value is WeightSpec {
  const { name, shape, dtype, quantization } = (value ?? {}) as Record<keyof WeightSpec, unknown>;
  if (typeof name !== 'string') throw manifestError(`${where}.name`, 'text', name);
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  const count = isShape ? sizeOf(shape as number[]) : NaN;
  if (!Number.isSafeInteger(count)) throw manifestError(`${where}.shape`, 'a list of sizes', shape);
  if (dtype !== 'string' && !Object.hasOwn(elementBytes, String(dtype)))
    throw manifestError(`${where}.dtype`, `string, ${Object.keys(elementBytes).join(', ')}`, dtype);
  if (quantization !== undefined) checkQuantization(quantization, shape, `${where}.quantization`);
}

function checkQuantization(value: unknown, shape: unknown, where: string): void {
  const { dtype, scale, min, bytes } = (value ?? {}) as Record<string, unknown>;
  if (dtype === 'float16') return;
  if (dtype === 'uint8' || dtype === 'uint16') {
    if (Number.isFinite(scale) && Number.isFinite(min)) return;
    throw manifestError(where, 'a scale and a min', { scale, min });
  }
  if (dtype !== packedDtype)
    throw manifestError(`${where}.dtype`, "uint8, uint16, float16 or lowbit's own", dtype, remedyFor(dtype));
  const isPair =
    Array.isArray(bytes) && bytes.length === 2 && bytes.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!isPair) throw manifestError(`${where}.bytes`, 'the bytes of codes and parameters', bytes);
  checkHeader(value as Record<string, unknown>, shape, where);
}

const newer = 'A newer version of lowbit may have written it: update @lowbit/tfjs, or save the model again.';

/** What to do about a quantization of this name. */
function remedyFor(dtype: unknown): string | undefined {
  return String(dtype).startsWith('lowbit-') ? newer : undefined;
}

function checkHeader(header: Record<string, unknown>, shape: unknown, where: string): void {
  const wrong = wrongHeaderMember({ ...(header as Record<keyof PackedHeader, unknown>), shape });
  if (wrong !== undefined)
    throw manifestError(`${where}.${wrong}`, 'a value that lowbit writes', header[wrong], newer);
}

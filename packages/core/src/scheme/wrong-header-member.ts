import type { PackedHeader } from './container.js';
import { sizeOf } from './shape.js';

/** Tells of each member whether a packed tensor can have this value. */
type MemberTests = Readonly<Record<keyof PackedHeader, boolean>>;

/** The first member of a header that is none which `packTensor` writes; `undefined` when all are. */
export function wrongHeaderMember(header: { readonly [Member in keyof PackedHeader]: unknown }):
  keyof PackedHeader | undefined {
  const { shape, bits, levels, scheme, offsets, zeroPoint, parameterStorage, slicing } = Object(
    header,
  ) as typeof header;
  const isShape = isShapeOf(shape);
  const tests: MemberTests = {
    shape: isShape,
    bits: isWhole(bits, 1, 16),
    levels: isWhole(levels, 1, 65536),
    scheme: isOneOf(scheme, ['affine', 'codebook', 'shared-codebook', 'residual']),
    offsets: isOneOf(offsets, ['none', 'zero-points', 'zero-point', 'numbers']),
    zeroPoint:
      offsets === 'zero-point' ? isWhole(zeroPoint, 0, (levels as number) - 1) : zeroPoint === undefined,
    parameterStorage: isStorage(parameterStorage),
    slicing: isShape && isSlicing(slicing, shape.length),
  };
  return (Object.keys(tests) as (keyof PackedHeader)[]).find((member) => !tests[member]);
}

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

const isOneOf = (value: unknown, names: readonly unknown[]): boolean => names.includes(value);

const isShapeOf = (value: unknown): value is readonly number[] =>
  Array.isArray(value) &&
  value.every((size) => isWhole(size, 0, Number.MAX_SAFE_INTEGER)) &&
  Number.isSafeInteger(sizeOf(value as number[]));

function isStorage(value: unknown): boolean {
  const { kind, bits } = Object(value) as { kind?: unknown; bits?: unknown };
  return value === 'float32' || value === 'float16' || (kind === 'two-level' && isOneOf(bits, [6, 8]));
}

function isSlicing(value: unknown, dimensions: number): boolean {
  const { axes, along, group } = Object(value) as Record<string, unknown>;
  const isAxis = (axis: unknown) => isWhole(axis, 0, dimensions - 1);
  if (value === 'tensor') return true;
  if (Array.isArray(axes)) return axes.every((axis, i) => isAxis(axis) && (i === 0 || axis > axes[i - 1]));
  return isAxis(along) && isWhole(group, 1, Number.MAX_SAFE_INTEGER);
}

import { checkArgument } from '../errors/check-argument.js';
import { checkHas } from '../errors/check-kinds.js';
import { checkScheme } from '../scheme/check-scheme.js';
import { LowbitError } from '../errors/error.js';
import type { Ops } from '../ops/ops.js';
import { codebookValues, withOwnValues } from '../scheme/codebook-values.js';
import { affineOffset, midpoints } from '../scheme/nearest.js';
import { sliceParameters } from '../scheme/scheme.js';
import type { Scheme } from '../scheme/types.js';
import { isPromise } from '../errors/is-promise.js';
import { safely } from './safely.js';
import type { AffineParameters, Quantizer, Site, SiteParameters } from '../contract/quantizer.js';

/**
 * The parameters of `slices` slices as tensors `[slices, 1]`, ready for a forward pass over a matrix
 * `[slices, values a slice]`.
 */
export function siteParameters<T>(ops: Ops<T>, scheme: Scheme, slices: number): SiteParameters<T> {
  checkOps(ops, 'siteParameters(ops, scheme, slices)');
  checkScheme(scheme, 'siteParameters(ops, scheme, slices)');
  const column = (of: (slice: number) => number) =>
    ops.constant({
      shape: [slices, 1],
      data: Float32Array.from({ length: slices }, (_, slice) => of(slice)),
    });
  if (scheme.kind === 'affine') {
    const { levels, scale, offset } = scheme;
    return {
      kind: 'affine',
      levels,
      scale: column((s) => scale[s] as number),
      offset: column((s) => affineOffset(levels, scale[s] as number, offset?.[s])),
    };
  }
  if (scheme.kind === 'residual') {
    const { order, scales } = scheme;
    return {
      kind: 'residual',
      scales: Array.from({ length: order }, (_, i) => column((s) => scales[s * order + i] as number)),
    };
  }
  const { levels, values } = withOwnValues(scheme);
  const thresholds = Array.from({ length: slices }, (_, s) => thresholdsOf(scheme, s));
  return {
    kind: 'codebook',
    values: Array.from({ length: levels }, (_, i) => column((s) => values[s * levels + i] as number)),
    thresholds: Array.from({ length: levels - 1 }, (_, i) => column((s) => thresholds[s]![i] as number)),
  };
}

function thresholdsOf(scheme: Scheme, slice: number): Float32Array {
  const parameters = sliceParameters(scheme, slice);
  if (parameters.kind !== 'codebook') return new Float32Array(0);
  return parameters.thresholds ?? midpoints(codebookValues(parameters));
}

/**
 * The quantizer's forward pass: its own, or encode-and-decode with the fitted parameters. What its own throws, or gives instead of
 * a tensor, is `plugin-failed` with its name.
 */
export function forwardOf(quantizer: Quantizer): <T>(ops: Ops<T>, x: T, site: Site<T>) => T {
  checkHas(quantizer, ['kind', 'name'], 'forwardOf(quantizer)', 'a quantizer');
  const own = quantizer.forward;
  if (own === undefined) return (ops, x, site) => nearestLevel(ops, x, site.parameters);
  const where = `quantizer '${quantizer.name}': forward`;
  return <T>(ops: Ops<T>, x: T, site: Site<T>) => {
    const result = safely(where, () => own.call(quantizer, ops, x, site) as T);
    if (isTensor(result)) return result;
    throw noTensor(where, 'a tensor of the shape of x', result);
  };
}

/** The quantizer's backward pass: its own, checked as {@link forwardOf} does, or straight-through (the gradient passes unchanged). */
export function backwardOf(quantizer: Quantizer): <T>(ops: Ops<T>, x: T, dy: T, site: Site<T>) => { x: T } {
  checkHas(quantizer, ['kind', 'name'], 'backwardOf(quantizer)', 'a quantizer');
  const own = quantizer.backward;
  if (own === undefined) return (_ops, _x, dy) => ({ x: dy });
  const where = `quantizer '${quantizer.name}': backward`;
  return <T>(ops: Ops<T>, x: T, dy: T, site: Site<T>) => {
    const result = safely(where, () => own.call(quantizer, ops, x, dy, site) as { x: T });
    if (isTensor(result) && isTensor(result.x)) return result;
    throw noTensor(
      where,
      'an object with x, a tensor of the shape of x',
      isTensor(result) ? result.x : result,
    );
  };
}

/** Tensors of every framework are objects. */
const isTensor = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !isPromise(value);

function noTensor(where: string, expected: string, received: unknown): LowbitError {
  return new LowbitError({
    code: 'plugin-failed',
    where,
    expected,
    received: received === undefined ? 'nothing' : isPromise(received) ? 'a promise' : String(received),
    remedy: "Report this to the plugin's author, or choose another plugin for this place.",
  });
}

/** @throws LowbitError `invalid-argument` for what are no operations of a framework. */
export function checkOps(value: unknown, where: string): void {
  checkHas(value, ['constant', 'add', 'where'], where, 'the operations of a framework, as arrayOps');
}

/** The level nearest to x, as the scheme's encode and decode would give it. */
export function nearestLevel<T>(ops: Ops<T>, x: T, parameters: SiteParameters<T>): T {
  const where = 'nearestLevel(ops, x, parameters)';
  checkOps(ops, where);
  checkArgument(isTensor(x), x, { where, expected: 'a tensor' });
  checkScheme(parameters, where);
  if (parameters.kind === 'affine') return nearestAffine(ops, x, parameters);
  if (parameters.kind === 'residual') return nearestResidual(ops, x, parameters.scales);
  const [first, ...rest] = parameters.values;
  // Infinity times 0 is no number.
  const start = ops.add(ops.mul(ops.clip(x, -1, 1), ops.constant(0)), first as T);
  return rest.reduce(
    (level, value, i) => ops.where(ops.greater(x, parameters.thresholds[i] as T), value, level),
    start,
  );
}

function nearestAffine<T>(ops: Ops<T>, x: T, grid: AffineParameters<T>): T {
  const { levels, scale, offset, zeroPoint } = grid;
  const varies = ops.greater(scale, ops.constant(0));
  const divisor = ops.where(varies, scale, ops.constant(1));
  if (zeroPoint !== undefined)
    return nearestWithZeroPoint(ops, ops.div(x, divisor), { levels, scale, zeroPoint });
  const code = ops.clip(ops.round(ops.div(ops.sub(x, offset), divisor)), 0, levels - 1);
  return ops.add(ops.mul(code, scale), offset);
}

/**
 * A grid with integer zero points as `QuantizeLinear` and `DequantizeLinear` compute it: rounding comes before the zero point.
 *
 * @param steps x / scale
 */
export function nearestWithZeroPoint<T>(
  ops: Ops<T>,
  steps: T,
  grid: { readonly levels: number; readonly scale: T; readonly zeroPoint: T },
): T {
  const where = 'nearestWithZeroPoint(ops, steps, grid)';
  checkOps(ops, where);
  checkArgument(isTensor(steps), steps, { where, expected: 'a tensor' });
  checkHas(grid, ['levels', 'scale', 'zeroPoint'], where, 'a grid with a zero point');
  const { levels, scale, zeroPoint } = grid;
  const code = ops.clip(ops.add(ops.round(steps), zeroPoint), 0, levels - 1);
  return ops.mul(ops.sub(code, zeroPoint), scale);
}

function nearestResidual<T>(ops: Ops<T>, x: T, scales: readonly T[]): T {
  let rest = x;
  let value = ops.constant(0);
  for (const scale of scales) {
    const term = ops.mul(ops.sign(rest), scale);
    value = ops.add(value, term);
    rest = ops.sub(rest, term);
  }
  return value;
}

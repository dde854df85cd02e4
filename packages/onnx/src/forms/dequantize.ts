import type { QuantizedTensor, Slicing } from '@lowbit/core';
import { type AffineScheme, sizeOf, zeroPointForm, type ZeroPointForm } from '@lowbit/core/adapter';
import type { Shaped } from './expand.js';
import type { Fragment } from './fragment.js';
import { addNumbers, addParameters } from './parameter-grid.js';
import type { DataType } from '../schema/proto.js';
import {
  dequantizeOperator,
  type DequantizeOperator,
  leavesZeroPointsOut,
  signedTypes,
  type Spread,
} from '../target/dequantize-linear.js';
import { blocksSince } from '../target/versions.js';
import type { Target } from '../target/target.js';
import { centredCodes } from './centred-codes.js';

/** How `DequantizeLinear` sees a tensor: its codes in a shape of their own, and the axis that parameters run along. */
interface View {
  readonly spread: Spread;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly block?: number;
  /** Shape of scales and zero points. */
  readonly parameters: readonly number[];
  /** Shape in which offsets broadcast. */
  readonly offsets: readonly number[];
}

/** What a form needs and does not find, as the end of a sentence. */
interface Unfit {
  readonly unfit: string;
  /** How parameters are spread, where there are operators that take them so. */
  readonly spread?: Spread;
}

/**
 * Decodes an affine tensor by `DequantizeLinear`, with zero points unless all can be 0, and `Add` where the grid has no
 * integer zero point. Nothing is added to the fragment when there is no such form.
 *
 * @param dims The shape that the result gets.
 * @param isMoved Whether anything but operators that compute with the weight may take the result.
 */
export function dequantize(
  to: Fragment,
  tensor: QuantizedTensor,
  target: Target,
  dims: readonly number[],
  isMoved: () => boolean,
): Shaped | Unfit {
  const { scheme, bits, parameterStorage } = tensor;
  if (scheme.kind !== 'affine')
    return { unfit: `no operator decodes a ${scheme.kind} scheme from packed codes` };
  const exact = zeroPointForm(tensor);
  const view = viewOf(tensor.shape, tensor.slicing, exact !== undefined);
  if ('unfit' in view) {
    const early = view.spread !== undefined && dequantizeOperator(bits, view.spread, target) === undefined;
    return early
      ? { unfit: noOperator(bits, view.spread, target, ', of grids with integer zero points') }
      : view;
  }
  const operator = dequantizeOperator(bits, view.spread, target, isMoved);
  if (operator === undefined) return { unfit: noOperator(bits, view.spread, target) };
  const reshaped = dims.join() !== view.shape.join();
  const without = leavesZeroPointsOut(target, () => reshaped || isMoved());
  const { type, codes, scale, zeroPoints } = storedCodes(tensor, scheme, exact, operator, without);
  const inputs = [
    to.constant('codes', type, view.shape, codes),
    addNumbers(to, 'scale', scale, view.parameters, parameterStorage),
    ...(zeroPoints === undefined ? [] : [to.constant('zero', type, view.parameters, zeroPoints)]),
  ];
  const value = to.node('DequantizeLinear', inputs, attributesOf(view), operator.domain);
  const result = { value, shape: view.shape, storedBits: operator.bits, form: 'DequantizeLinear' };
  if (exact !== undefined) return result;
  const grid = { codes: view.shape, parameters: view.offsets };
  const offset = scheme.offset
    ? addParameters(to, 'offset', scheme.offset, grid, parameterStorage)
    : addParameters(to, 'offset', symmetricOffsets(scheme), grid, 'float32');
  const added = to.node('Add', [value, offset]);
  return { ...result, value: added, form: 'DequantizeLinear→Add' };
}

interface StoredCodes {
  readonly type: DataType;
  readonly codes: ArrayLike<number>;
  readonly scale: Float32Array;
  /** Absent where all are 0 and may be left out. */
  readonly zeroPoints?: ArrayLike<number>;
}

/**
 * Codes as the operator takes them: around 0 in the signed type where zero points may be left out and all slices fit.
 *
 * @param without Whether zero points may be left out.
 */
function storedCodes(
  tensor: QuantizedTensor,
  scheme: AffineScheme,
  exact: ZeroPointForm | undefined,
  { type, bits }: DequantizeOperator,
  without: boolean,
): StoredCodes {
  const { codes, scale, zeroPoints } = exact ?? {
    codes: tensor.codes,
    scale: scheme.scale,
    zeroPoints: new Uint16Array(scheme.scale.length),
  };
  if (!without) return { type, codes, scale, zeroPoints };
  if (zeroPoints.every((zeroPoint) => zeroPoint === 0)) return { type, codes, scale };
  const centred = exact && centredCodes(tensor, exact, bits);
  if (centred === undefined) return { type, codes, scale, zeroPoints };
  const around = Int32Array.from(centred.codes, (code) => code - centred.zeroPoint);
  return { type: signedTypes[bits] as DataType, codes: around, scale: centred.scale };
}

/** @param condition What the later operator takes them of alone. */
function noOperator(bits: number, spread: Spread, target: Target, condition = ''): string {
  const { opset, runtime } = target;
  const codes = spread === 'block' ? `groups of ${bits} bits` : `${bits} bits`;
  const where = runtime?.provider === 'webgpu' ? ` on WebGPU of onnxruntime-web 1.${runtime.minor}` : '';
  const later = { ...target, opset: Math.max(opset, blocksSince) };
  return dequantizeOperator(bits, spread, later) === undefined
    ? `no operator decodes ${codes} from packed codes${where}`
    : `no operator of opset ${opset} decodes ${codes} from packed codes${where}; one of opset ${blocksSince} does${condition}`;
}

/** The values of code 0 on symmetric grids; float16 could not hold them exactly. */
function symmetricOffsets({ scale, levels }: AffineScheme): Float32Array {
  return scale.map((step) => (-step * (levels - 1)) / 2);
}

function attributesOf({ spread, axis, block }: View): Record<string, number> {
  if (spread === 'tensor') return {};
  return block === undefined ? { axis } : { axis, block_size: block };
}

/** How `DequantizeLinear` sees codes of this shape and slicing; with offsets behind it where zero points are no integers. */
export function viewOf(shape: readonly number[], slicing: Slicing, exact: boolean): View | Unfit {
  if (slicing === 'tensor') return { spread: 'tensor', shape, axis: 0, parameters: [], offsets: [] };
  if ('axes' in slicing) return viewOfAxes(shape, slicing.axes);
  return viewOfGroups(shape, slicing.along, slicing.group, exact);
}

/** Owning axes that lie side by side become one. */
function viewOfAxes(shape: readonly number[], axes: readonly number[]): View | Unfit {
  const owning = axes.filter((axis) => shape[axis] !== 1);
  if (owning.length === 0) return viewOf(shape, 'tensor', true);
  const [first, last] = [owning[0] as number, owning[owning.length - 1] as number];
  const between = shape
    .slice(first, last + 1)
    .filter((size, at) => size !== 1 && !owning.includes(first + at));
  if (between.length > 0) return { unfit: 'no operator decodes with parameters along separate axes' };
  const merged = sizeOf(shape.slice(first, last + 1));
  const after = shape.slice(last + 1);
  return {
    spread: 'axis',
    shape: [...shape.slice(0, first), merged, ...after],
    axis: first,
    parameters: [merged],
    offsets: [merged, ...after.map(() => 1)],
  };
}

/** With offsets the grouped axis is split in two, so that they broadcast. */
function viewOfGroups(shape: readonly number[], along: number, group: number, exact: boolean): View | Unfit {
  const size = shape[along] as number;
  const groups = Math.ceil(size / group);
  const split = (sizes: readonly number[]) => [...shape.slice(0, along), ...sizes, ...shape.slice(along + 1)];
  const block = Math.min(group, size);
  if (exact) {
    const parameters = split([groups]);
    return { spread: 'block', shape, axis: along, block, parameters, offsets: parameters };
  }
  if (size % block !== 0)
    return { unfit: 'no operator adds offsets to groups of which the last is short', spread: 'block' };
  const parameters = split([groups, 1]);
  return {
    spread: 'block',
    shape: split([groups, block]),
    axis: along + 1,
    block,
    parameters,
    offsets: parameters,
  };
}

import type { QuantizedTensor } from '@lowbit/core';
import { type AffineScheme, zeroPointForm, type ZeroPointForm } from '@lowbit/core/adapter';
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
import { tensorShape } from '../model/tensor-shape.js';
import { asSource } from './as-source.js';
import { type View, viewOf } from './dequantize-view.js';
import { explicitTransposes } from './explicit-transposes.js';
import type { PackedForm } from './packed-form.js';
import { usedOnly } from './used-only.js';

/** Decoding on each run: `DequantizeLinear`, the standard operator or the runtime's own. */
export const dequantizeLinear: PackedForm = {
  name: 'DequantizeLinear',
  kept: () => 'stays packed in memory and is decoded on every run, which takes longer than floats',
  takes: ({ shape }, target) => ({
    fits({ bits, slicing, exact }) {
      const view = viewOf(shape, slicing, exact);
      return !('unfit' in view) && dequantizeOperator(bits, view.spread, target) !== undefined;
    },
  }),
  pack(to, site, tensor, target) {
    const dims = tensorShape(site.source.tensor, site.source.name);
    const decoded = dequantize(to, tensor, target, dims, () => !usedOnly(site, () => true));
    if (typeof decoded === 'string') return decoded;
    asSource(to, site, decoded);
    return { ...decoded, nodes: explicitTransposes(site.source) };
  },
  samples: [
    {
      operator: 'Conv',
      inputs: { x: [1, 8, 9, 9], w: [24, 8, 3, 3] },
      output: [1, 24, 7, 7],
      bits: 8,
      granularity: 'channel',
    },
    {
      operator: 'Conv',
      inputs: { x: [1, 8, 9, 9], w: [24, 8, 3, 3] },
      output: [1, 24, 7, 7],
      bits: 4,
      granularity: 'tensor',
    },
    {
      operator: 'Conv',
      opset: 21,
      inputs: { x: [1, 40, 9, 9], w: [24, 40, 3, 3] },
      output: [1, 24, 7, 7],
      bits: 4,
      granularity: 'group:16',
    },
  ],
};

/**
 * Decodes an affine tensor by `DequantizeLinear`, with zero points unless all can be 0, and `Add` where the grid has no
 * integer zero point. A text where there is no such form: why.
 *
 * @param dims The shape that the result gets.
 * @param isMoved Whether anything but operators that compute with the weight may take the result.
 */
function dequantize(
  to: Fragment,
  tensor: QuantizedTensor,
  target: Target,
  dims: readonly number[],
  isMoved: () => boolean,
): Shaped | string {
  const { scheme, bits, parameterStorage } = tensor;
  if (scheme.kind !== 'affine') return `no operator decodes a ${scheme.kind} scheme from packed codes`;
  const exact = zeroPointForm(tensor);
  const view = viewOf(tensor.shape, tensor.slicing, exact !== undefined);
  if ('unfit' in view) {
    const early = view.spread !== undefined && dequantizeOperator(bits, view.spread, target) === undefined;
    return early ? noOperator(bits, view.spread, target, ', of grids with integer zero points') : view.unfit;
  }
  const operator = dequantizeOperator(bits, view.spread, target, isMoved);
  if (operator === undefined) return noOperator(bits, view.spread, target);
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

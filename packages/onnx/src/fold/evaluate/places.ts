import { sizeOf } from '@lowbit/core/adapter';
import { attributeOf, integerAttribute, integersAttribute } from '../../graph/attributes.js';
import { fromFront } from '../../operators/moves/chain-operator.js';
import { textOf } from '../../schema/proto.js';
import { clipTakesInputs } from '../../target/versions.js';
import type { ConstantCall, ConstantOperator } from './constant-call.js';
import { ofType } from './of-type.js';

/** The same values; what else the node would give nobody may take. */
export const unchanged: ConstantOperator = {
  dims: ({ type }) => type(0)?.dims,
  compute({ node, type, value }) {
    const isTraining = type(2) !== undefined && value(2)?.values[0] !== 0;
    return isTraining || node.output.slice(1).some((name) => name !== '') ? undefined : value(0);
  },
};

/** A matrix: the axes in front of `axis` are its rows. */
export const flatten: ConstantOperator = {
  dims({ node, type }) {
    const dims = type(0)?.dims;
    const axis = integerAttribute(node, 'axis', 1);
    const cut = axis < 0 ? axis + (dims?.length ?? 0) : axis;
    return dims && [sizeOf(dims.slice(0, cut)), sizeOf(dims.slice(cut))];
  },
  compute({ value }, dims) {
    const x = value(0);
    return x && { ...x, dims };
  },
};

/** Values around those of the input: one number, or those at its edge, reflected or repeated. Negative pads cut. */
export const pad: ConstantOperator = {
  dims(call) {
    const [dims, pads] = [call.type(0)?.dims, padsOf(call)];
    const sizes = dims?.map(
      (size, axis) => size + (pads?.[axis] ?? NaN) + (pads?.[axis + dims.length] ?? NaN),
    );
    return sizes?.every((size) => size >= 0) ? sizes : undefined;
  },
  compute(call, dims) {
    const { node, opset, type, value } = call;
    const [x, pads] = [value(0), padsOf(call)];
    const source = sourceOf.get(textOf(attributeOf(node, 'mode')?.s ?? new Uint8Array()) || 'constant');
    if (x === undefined || pads === undefined || source === undefined) return undefined;
    const given = opset < clipTakesInputs ? attributeOf(node, 'value')?.f : value(2)?.values[0];
    if (given === undefined && type(2) !== undefined) return undefined;
    const values = Float64Array.from({ length: sizeOf(dims) }, (_, at) => {
      let [left, place, stride] = [at, 0, 1];
      for (let axis = dims.length - 1; axis >= 0; axis--) {
        const [size, length] = [x.dims[axis] as number, dims[axis] as number];
        const index = source((left % length) - (pads[axis] as number), size);
        if (index < 0 || index >= size) return given ?? 0;
        place += index * stride;
        left = Math.floor(left / length);
        stride *= size;
      }
      return x.values[place] as number;
    });
    return ofType(x.type, dims, values);
  },
};

/** Begins of all axes, then their ends. Some axes alone may be named. */
function padsOf({ node, opset, type, integers }: ConstantCall): readonly number[] | undefined {
  const rank = type(0)?.dims.length ?? 0;
  const given = opset < clipTakesInputs ? integersAttribute(node, 'pads') : integers(1);
  if (!node.input[3]) return given?.length === 2 * rank ? given : undefined;
  const axes = integers(3)?.map((axis) => fromFront(axis, rank));
  if (axes === undefined || axes.includes(undefined) || given?.length !== 2 * axes.length) return undefined;
  const pads = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, at) => {
    pads[axis as number] = given[at] as number;
    pads[(axis as number) + rank] = given[at + axes.length] as number;
  });
  return pads;
}

/** Which of `size` values stands at an index that may lie outside, by mode; one outside where none does. */
const sourceOf: ReadonlyMap<string, (index: number, size: number) => number> = new Map([
  ['constant', (index) => index],
  ['edge', (index, size) => Math.min(Math.max(index, 0), size - 1)],
  ['reflect', (index, size) => (index < 0 ? -index : index >= size ? 2 * (size - 1) - index : index)],
  ['wrap', (index, size) => ((index % size) + size) % size],
]);

/** Sums of the values up to each along an axis. */
export const cumSum: ConstantOperator = {
  dims: ({ type }) => type(0)?.dims,
  compute({ node, value, integers }, dims) {
    const x = value(0);
    const axis = fromFront(integers(1)?.[0] ?? NaN, dims.length);
    if (x === undefined || axis === undefined) return undefined;
    const [exclusive, reverse] = ['exclusive', 'reverse'].map(
      (name) => integerAttribute(node, name, 0) === 1,
    );
    const [size, run] = [dims[axis] as number, sizeOf(dims.slice(axis + 1))];
    const values = Float64Array.from(x.values);
    const first = (line: number) => Math.floor(line / run) * size * run + (line % run);
    for (let line = 0; line < values.length / size; line++) {
      let total = 0;
      for (let i = 0; i < size; i++) {
        const at = first(line) + (reverse ? size - 1 - i : i) * run;
        const own = values[at] as number;
        values[at] = exclusive ? total : total + own;
        total += own;
      }
    }
    return ofType(x.type, dims, values);
  },
};

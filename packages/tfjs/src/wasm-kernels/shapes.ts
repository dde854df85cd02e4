import { sizeOf } from '@lowbit/core/adapter';
import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { runSteps, type Steps } from './steps.js';
import { attributesOf, backendOf, type Mend, type Padding } from './wasm-backend.js';

/** More axes some kernels of the backend leave uncomputed, without saying so. */
const mostAxes = 6;

/**
 * Operations on two tensors of more than six axes: neighbouring axes along which both walk, or one stands still, become one; where that
 * does not do, both are repeated to the whole shape.
 */
export const onTwo: Mend = (stock) => (call) => {
  const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
  if (Math.max(a.shape.length, b.shape.length) <= mostAxes) return stock(call);
  const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const on = (left: TensorInfo, right: TensorInfo) => stock({ ...call, inputs: { a: left, b: right } });
  const { left, right } = joined(aligned(a.shape, shape.length), aligned(b.shape, shape.length));
  const compute = (steps: Steps): TensorInfo =>
    left.length <= mostAxes
      ? (on({ ...a, shape: left }, { ...b, shape: right }) as TensorInfo)
      : (on(flat(steps, a, shape), flat(steps, b, shape)) as TensorInfo);
  const result = runSteps(backendOf(call), compute);
  return { ...result, shape };
};

/** With ones in front, up to this many axes. */
function aligned(shape: readonly number[], axes: number): number[] {
  return [...Array<number>(axes - shape.length).fill(1), ...shape];
}

/** Shapes of fewer axes in which two tensors lie to each other as in these. */
function joined(a: readonly number[], b: readonly number[]): { left: number[]; right: number[] } {
  const left: number[] = [];
  const right: number[] = [];
  a.forEach((size, axis) => {
    const other = b[axis] as number;
    if (size === 1 && other === 1) return;
    const last = left.length - 1;
    const isAlike = last >= 0 && (left[last] === 1) === (size === 1) && (right[last] === 1) === (other === 1);
    if (!isAlike) {
      left.push(size);
      right.push(other);
      return;
    }
    left[last] = (left[last] as number) * size;
    right[last] = (right[last] as number) * other;
  });
  return { left, right };
}

/** All values of a tensor that is repeated to a shape, along one axis. */
function flat(steps: Steps, x: TensorInfo, shape: readonly number[]): TensorInfo {
  return steps.reshape(repeated(steps, x, shape), [sizeOf(shape)]);
}

function repeated(steps: Steps, x: TensorInfo, shape: readonly number[]): TensorInfo {
  const own = aligned(x.shape, shape.length);
  const reps = shape.map((size, axis) => (own[axis] === size ? 1 : size));
  return steps.tile(steps.reshape(x, own), reps);
}

/** PReLU, whose slopes are repeated where they are not those of the last axes: the backend takes them one after the other, as they lie. */
export const prelu: Mend = (stock) => (call) => {
  const { x, alpha } = call.inputs as { x: TensorInfo; alpha: TensorInfo };
  if (sizeOf(x.shape) === 0) return backendOf(call).makeOutput(x.shape, 'float32');
  const first = alpha.shape.findIndex((size) => size !== 1);
  const slopes = first < 0 ? [1] : alpha.shape.slice(first);
  const last = x.shape.slice(Math.max(x.shape.length - slopes.length, 0));
  if (sizeOf(alpha.shape) === 1 || String(slopes) === String(last)) return stock(call);
  return runSteps(backendOf(call), (steps) => {
    const whole = repeated(steps, { ...alpha, shape: slopes }, x.shape);
    return stock({ ...call, inputs: { x, alpha: whole } }) as TensorInfo;
  });
};

/** Values around a tensor of more than six axes, one axis after the other. */
export const pad: Mend = (stock) => (call) => {
  const { x } = call.inputs as { x: TensorInfo };
  const { paddings, constantValue } = attributesOf<{ paddings: Padding[]; constantValue: number }>(
    call.attrs,
  );
  if (x.shape.length <= mostAxes || sizeOf(x.shape) === 0) return stock(call);
  const shape = [...x.shape];
  const grow = (from: TensorInfo, axis: number, steps: Steps) => {
    const lengths = [sizeOf(shape.slice(0, axis)), shape[axis] as number, sizeOf(shape.slice(axis + 1))];
    const [before, after] = paddings[axis] as Padding;
    shape[axis] = (shape[axis] as number) + before + after;
    return steps.pad(
      steps.reshape(from, lengths),
      [
        [0, 0],
        [before, after],
        [0, 0],
      ],
      constantValue,
    );
  };
  const isPadded = (axis: number) => paddings[axis]?.some((count) => count > 0) === true;
  const axes = [...shape.keys()].filter(isPadded);
  return runSteps(backendOf(call), (steps) => {
    const start = steps.tile(steps.reshape(x, [sizeOf(shape)]), [1]);
    return steps.reshape(
      axes.reduce((all, axis) => grow(all, axis, steps), start),
      shape,
    );
  });
};

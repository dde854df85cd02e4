import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runSteps } from './steps.js';
import { attributesOf, backendOf, type Mend, type Values } from './wasm-backend.js';

/** Another type; every number but 0 is true, which the backend's own kernel takes for the number in a byte. */
export const cast: Mend = (stock) => (call) => {
  const { x } = call.inputs as { x: TensorInfo };
  const { dtype } = attributesOf<{ dtype: string }>(call.attrs);
  if (dtype !== 'bool' || x.dtype === 'bool') return stock(call);
  const output = backendOf(call).makeOutput(x.shape, 'bool');
  const [from, to] = [x, output].map((each) => backendOf(call).typedArrayFromHeap(each)) as [Values, Values];
  for (let i = 0; i < to.length; i++) to[i] = from[i] === 0 ? 0 : 1;
  return output;
};

/** Axes the other way around. Truth values are bytes, of which the backend's own kernel reads and writes four times as many. */
export const reverse: Mend = (stock) => (call) => {
  const { x } = call.inputs as { x: TensorInfo };
  if (x.dtype !== 'bool') return stock(call);
  const { dims } = attributesOf<{ dims: number[] }>(call.attrs);
  return runSteps(backendOf(call), (steps) =>
    steps.cast(steps.reverse(steps.cast(x, 'int32'), dims), 'bool'),
  );
};

/** Limits; those of integers the backend takes for bits of floats. */
export const clip: Mend = (stock) => (call) => {
  const { x } = call.inputs as { x: TensorInfo };
  if (x.dtype === 'float32') return stock(call);
  const { clipValueMin, clipValueMax } = attributesOf<Record<'clipValueMin' | 'clipValueMax', number>>(
    call.attrs,
  );
  const output = backendOf(call).makeOutput(x.shape, x.dtype);
  const [from, to] = [x, output].map((each) => backendOf(call).typedArrayFromHeap(each)) as [Values, Values];
  for (let i = 0; i < to.length; i++)
    to[i] = Math.min(Math.max(from[i] as number, clipValueMin), clipValueMax);
  return output;
};

/** Either of two values; truth values are bytes, of which the backend's own kernel reads and writes four times as many. */
export const select: Mend = (stock) => (call) => {
  const { condition, t, e } = call.inputs as Record<'condition' | 't' | 'e', TensorInfo>;
  if (t.dtype !== 'bool') return stock(call);
  return runSteps(backendOf(call), (steps) => {
    const inputs = { condition, t: steps.cast(t, 'int32'), e: steps.cast(e, 'int32') };
    return steps.cast(steps.own(stock({ ...call, inputs }) as TensorInfo), 'bool');
  });
};

/** A function of floats that is given integers; the backend's own kernel gives the bits of floats as integers. */
export const ofFloats: Mend = (stock) => (call) => {
  const { x } = call.inputs as { x: TensorInfo };
  if (x.dtype === 'float32') return stock(call);
  return runSteps(
    backendOf(call),
    (steps) => stock({ ...call, inputs: { ...call.inputs, x: steps.cast(x, 'float32') } }) as TensorInfo,
  );
};

import { sizeOf } from '@lowbit/core/adapter';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runSteps } from './steps.js';
import { attributesOf, backendOf, type Call, type Mend } from './wasm-backend.js';

interface Attributes {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly activation: string;
}

type Attrs = NonNullable<Call['attrs']>;
type Inputs = Readonly<Record<'a' | 'b' | 'filter', TensorInfo>> & {
  readonly preluActivationWeights?: TensorInfo;
};

/** Products of matrices with a bias and an activation; one that is given transposed the backend's own kernel reads as if it were not. */
export const fusedMatMul: Mend = (stock) => (call) => {
  const { a, b } = call.inputs as Inputs;
  const attributes = attributesOf<Attributes>(call.attrs);
  const { transposeA, transposeB } = attributes;
  if (!transposeA && !transposeB) return stock(call);
  const turned = [0, 2, 1];
  return runSteps(backendOf(call), (steps) => {
    const inputs = {
      ...call.inputs,
      a: transposeA ? steps.transpose(a, turned) : a,
      b: transposeB ? steps.transpose(b, turned) : b,
    };
    const attrs = attributesOf<Attrs>({ ...attributes, transposeA: false, transposeB: false });
    return stock({ ...call, inputs, attrs }) as TensorInfo;
  });
};

/** PReLU after what it is fused with, where there is not one slope for each channel, which the backend takes for granted. */
export const slopesApart =
  (channelsOf: (inputs: Inputs, transposeB?: boolean) => number, rest: Mend): Mend =>
  (stock) => {
    const next = rest(stock);
    return (call) => {
      const inputs = call.inputs as Partial<Inputs> as Inputs;
      const { preluActivationWeights: slopes, ...others } = inputs;
      const attributes = attributesOf<Attributes>(call.attrs);
      if (attributes.activation !== 'prelu' || slopes === undefined) return next(call);
      const channels = channelsOf(inputs, attributes.transposeB);
      if (sizeOf(slopes.shape) === channels && slopes.shape.at(-1) === channels) return next(call);
      return runSteps(backendOf(call), (steps) => {
        const attrs = attributesOf<Attrs>({ ...attributes, activation: 'linear' });
        const linear = next({ ...call, inputs: { ...others }, attrs }) as TensorInfo;
        return steps.prelu(steps.own(linear), slopes);
      });
    };
  };

export const channelsOfMatrix = ({ b }: Inputs, transposeB?: boolean) => b.shape.at(transposeB ? -2 : -1)!;
export const channelsOfFilter = ({ filter }: Inputs) => filter.shape.at(-1)!;
export const channelsOfDepthwise = ({ filter }: Inputs) => filter.shape.at(-1)! * filter.shape.at(-2)!;

import { arrayOps, type ArrayTensor, type Ops } from '@lowbit/core/method';

function each(tensor: ArrayTensor, change: (value: number) => number): ArrayTensor {
  return { shape: tensor.shape, data: tensor.data.map(change) };
}

/** For each law an interpreter that breaks this one and no other. */
export const brokenOps: Readonly<Record<string, Ops<ArrayTensor>>> = {
  'constant equals the array interpreter': {
    ...arrayOps,
    constant: (value) =>
      typeof value === 'number' ? { shape: [1], data: Float32Array.of(value) } : arrayOps.constant(value),
  },
  'add equals the array interpreter': {
    ...arrayOps,
    add: (a, b) => each(arrayOps.add(a, b), (value) => value * (1 + 2 ** -23)),
  },
  'sub equals the array interpreter': { ...arrayOps, sub: (a, b) => arrayOps.sub(b, a) },
  'mul equals the array interpreter': {
    ...arrayOps,
    mul: (a, b) => (b.shape.length > a.shape.length ? arrayOps.mul(a, a) : arrayOps.mul(a, b)),
  },
  'div equals the array interpreter': {
    ...arrayOps,
    div: (a, b) => each(arrayOps.div(a, b), (value) => value + 1e-6),
  },
  'abs equals the array interpreter': { ...arrayOps, abs: (a) => a },
  'sqrt equals the array interpreter': { ...arrayOps, sqrt: (a) => a },
  'tanh equals the array interpreter': { ...arrayOps, tanh: (a) => arrayOps.clip(a, -1, 1) },
  'sign equals the array interpreter': { ...arrayOps, sign: (a) => each(a, Math.sign) },
  'round equals the array interpreter': { ...arrayOps, round: (a) => each(a, Math.round) },
  'floor equals the array interpreter': { ...arrayOps, floor: (a) => each(a, Math.trunc) },
  'clip equals the array interpreter': { ...arrayOps, clip: (a, low) => arrayOps.clip(a, low, Infinity) },
  'greater equals the array interpreter': {
    ...arrayOps,
    greater: (a, b) => each(arrayOps.greater(b, a), (value) => 1 - value),
  },
  'where equals the array interpreter': {
    ...arrayOps,
    where: (mask, yes, no) => arrayOps.where(mask, no, yes),
  },
  'mean equals the array interpreter': { ...arrayOps, mean: (a) => arrayOps.mean(a) },
  'max equals the array interpreter': { ...arrayOps, max: (a) => arrayOps.max(a) },
  'operations leave their operands as they were': {
    ...arrayOps,
    floor(a) {
      const result = arrayOps.floor(a);
      a.data.set(result.data);
      return result;
    },
  },
};

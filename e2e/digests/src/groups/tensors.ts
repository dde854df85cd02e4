import {
  quantize,
  registry,
  weightsPort,
  type BareWeight,
  type Granularity,
  type OptionDescription,
  type OptionValue,
  type ParameterStorage,
  type Quantizer,
} from '../doors.js';
import { outcomeOf, type Group, type Item } from '../item.js';
import { bells } from '../random.js';

/** A convolution, a matrix whose last group is short, and slices that are constant, zero, tiny, or have one value far out. */
const weights: readonly BareWeight[] = [
  { id: 'conv', shape: [6, 5, 3, 3], outputAxes: [0], inputAxis: 1, values: bells(270, 0.2, 1) },
  { id: 'matrix', shape: [40, 12], outputAxes: [1], inputAxis: 0, values: bells(480, 1, 2) },
  { id: 'edges', shape: [8, 32], outputAxes: [0], inputAxis: 1, values: edges() },
];

function edges(): Float32Array {
  const values = bells(256, 0.5, 3);
  const row = (index: number) => values.subarray(32 * index, 32 * index + 32);
  row(0).fill(0);
  row(1).fill(0.3);
  row(2).forEach((each, i, all) => (all[i] = 1e-6 * each));
  row(3)[5] = 40;
  row(4).forEach((each, i, all) => (all[i] = Math.abs(each)));
  row(5).forEach((each, i, all) => (all[i] = i % 3 === 0 ? each : 0));
  row(6).forEach((each, i, all) => (all[i] = each > 0 ? 1 : -0.25));
  return values;
}

const granularities: readonly Granularity[] = ['tensor', 'channel', 'group:16'];
const storages: readonly ParameterStorage[] = [
  'float32',
  'float16',
  { kind: 'two-level', bits: 6 },
  { kind: 'two-level', bits: 8 },
];

/** Quantizers of weights, with the widths they offer. */
export function weightQuantizers(): readonly {
  readonly quantizer: Quantizer;
  readonly widths: readonly number[];
}[] {
  return registry
    .list()
    .filter((plugin) => plugin.kind === 'quantizer')
    .filter(({ roles }) => roles.includes('weight'))
    .map((quantizer) => ({ quantizer, widths: quantizer.bits.weight ?? [] }));
}

/** Every quantizer × width × granularity × storage of parameters. */
export const tensors: Group = {
  name: 'packed tensors',
  async *items() {
    for (const { quantizer, widths } of weightQuantizers())
      for (const bits of widths)
        for (const granularity of granularities)
          for (const storage of storages) yield packed(quantizer.name, bits, granularity, storage);
  },
};

/** Every value of every option, at the widths in the middle. */
export const options: Group = {
  name: 'options of quantizers',
  async *items() {
    for (const { quantizer, widths } of weightQuantizers())
      for (const [name, option] of Object.entries(quantizer.options ?? {}))
        for (const value of valuesOf(option))
          for (const bits of widths.filter((each) => each === widths[0] || each === 3 || each === 4))
            yield packed(`${quantizer.name}:${name}=${value}`, bits, 'channel', 'float32');
  },
};

/** The values of an option that are tried: all there are, or the default and the ends of a range. */
function valuesOf(option: OptionDescription): readonly OptionValue[] {
  if (option.type === 'boolean') return [true, false];
  if (option.type === 'choice') return option.values;
  return [...new Set([option.default, option.min, option.max])].filter((value) => value !== undefined);
}

async function packed(
  method: string,
  bits: number,
  granularity: Granularity,
  parameterStorage: ParameterStorage,
): Promise<Item> {
  const storage =
    typeof parameterStorage === 'string' ? parameterStorage : `two-level ${parameterStorage.bits}`;
  const recipe = { registry, weights: method, bits, granularity, parameterStorage };
  const content = await outcomeOf(
    async () => (await quantize(weightsPort(weights), recipe, { measure: false })).model,
  );
  return { name: `${method} ${bits} ${granularity} ${storage}`, content };
}

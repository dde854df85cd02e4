import { DataType } from '../schema/proto.js';
import { floatResult, widened } from './float-values.js';
import { flatConvolution } from './flat-convolution.js';
import { movedBytes } from './int8-weight.js';
import type { IntegerEdit } from './integer-edit.js';
import type { IntegerLayer } from './integer-layer.js';
import type { IntegerWork, WrittenLayer } from './integer-work.js';

/** The zero point of the weights: unsigned codes are the ones that the runtime multiplies fast. */
const middle = 128;

/** An 8-bit value in the graph. */
export interface QuantizedValue {
  readonly value: string;
  /** Name of its zero point. */
  readonly zero: string;
  /** Name of its scale, where that is computed at run time … */
  readonly scale?: string;
  /** … or the scale itself. */
  readonly factor?: number;
}

/**
 * Writes a convolution as `ConvInteger → Cast → Mul → Add`: uint8 inputs and weights, exact int32 sums, float results.
 * Faster than `QLinearConv` on WebAssembly, whose rounding to 8 bits takes longer than these float steps, and the
 * results are not rounded. One over a single axis becomes {@link flatConvolution}.
 */
export function writeConvInteger(
  { layer, weight }: IntegerWork,
  { value, zero, scale, factor = 1 }: QuantizedValue,
  edit: IntegerEdit,
): WrittenLayer {
  const { node } = layer;
  const { shape, source } = layer.weight;
  const output = node.output[0] as string;
  const along = [1, shape[0] as number, ...shape.slice(2).map(() => 1)];
  const codes = movedBytes(weight.codes, middle - weight.zeroPoint);
  const flat = flatConvolution(node, shape, edit);
  const stored = edit.constant(
    `${source.name}_quantized`,
    DataType.UINT8,
    flat?.shape ?? shape,
    codes,
    source,
  );
  const origin = edit.constant(`${source.name}_zero`, DataType.UINT8, [], [middle]);
  const steps = weight.scale.map((one) => one * factor);
  const scales = edit.constant(`${source.name}_scale`, DataType.FLOAT, along, steps);
  const bias = biasOf(layer, along, edit);
  const result = floatResult(layer, edit);
  const name = (part: string) => edit.graph.newName(`${output}_${part}`);
  const [sums, floats] = [name('sums'), name('floats')];
  const factors = scale === undefined ? scales : name('scale');
  const scaled = bias === undefined ? result.name : name('scaled');
  const [taken, given] = flat === undefined ? [value, sums] : [name('taken'), name('given')];
  const convolution = edit.node('ConvInteger', [taken, stored, zero, origin], given);
  convolution.attribute = flat?.attribute ?? [...node.attribute];
  const nodes = [
    ...(bias?.nodes ?? []),
    ...(flat === undefined
      ? [convolution]
      : [flat.spread(value, taken), convolution, flat.join(given, sums)]),
    edit.node('Cast', [sums], floats, { to: DataType.FLOAT }),
    ...(scale === undefined ? [] : [edit.node('Mul', [scale, scales], factors)]),
    edit.node('Mul', [floats, factors], scaled),
  ];
  if (bias !== undefined) nodes.push(edit.node('Add', [scaled, bias.name], result.name));
  edit.graph.replace(node, [...nodes, ...result.nodes]);
  return {
    form: 'ConvInteger',
    reason: 'multiplied in 8-bit integers and summed exactly; the results are floats',
  };
}

/** The bias as float32 in the shape `along`; `undefined` where there is none. */
function biasOf({ node, type }: IntegerLayer, along: readonly number[], edit: IntegerEdit) {
  const [name = '', output] = [node.input[2], node.output[0] as string];
  if (name === '') return undefined;
  if (type === DataType.FLOAT) {
    const values = edit.graph.constant(name)?.values ?? [];
    return { name: edit.constant(`${output}_shift`, DataType.FLOAT, along, values), nodes: [] };
  }
  const { name: floats, nodes } = widened(name, edit);
  const shape = edit.constant(`${output}_shape`, DataType.INT64, [along.length], along);
  const shift = edit.graph.newName(`${output}_shift`);
  return { name: shift, nodes: [...nodes, edit.node('Reshape', [floats, shape], shift)] };
}

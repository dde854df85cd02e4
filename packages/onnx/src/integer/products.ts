import { DataType } from '../schema/proto.js';
import type { QuantizedValue } from './conv-integer.js';
import { floatResult, widened } from './float-values.js';
import { signedCodes } from './int8-weight.js';
import type { IntegerEdit } from './integer-edit.js';
import type { IntegerWork, WrittenLayer } from './integer-work.js';
import { type TurnedTable, writeTiedTable } from './tied-table.js';

/**
 * Writes a product as `MatMulInteger → Cast → Mul → Add`: uint8 inputs, int8 weights with one scale a column, exact
 * int32 sums, float results. A bias, which only `Gemm` has, is added as floats.
 */
export function writeMatMulInteger(
  work: IntegerWork,
  { value, zero, scale, factor = 1 }: QuantizedValue,
  edit: IntegerEdit,
): WrittenLayer {
  const { layer } = work;
  const { node } = layer;
  const output = node.output[0] as string;
  const bias = layer.integer.takesBias ? (node.input[2] ?? '') : '';
  const { tied } = layer;
  const matrix =
    tied === undefined ? ownMatrix(work, factor, edit) : writeTiedTable(work, tied, factor, edit);
  const { scales } = matrix;
  const newName = (part: string) => edit.graph.newName(`${output}_${part}`);
  const [sums, floats] = [newName('sums'), newName('floats')];
  const factors = scale === undefined ? scales : newName('scale');
  const result = floatResult(layer, edit);
  const scaled = bias === '' ? result.name : newName('scaled');
  const shift =
    layer.type === DataType.FLOAT || bias === '' ? { name: bias, nodes: [] } : widened(bias, edit);
  edit.graph.replace(node, [
    ...shift.nodes,
    ...matrix.nodes,
    edit.node('MatMulInteger', [value, matrix.codes, zero], sums),
    edit.node('Cast', [sums], floats, { to: DataType.FLOAT }),
    ...(scale === undefined ? [] : [edit.node('Mul', [scale, scales], factors)]),
    edit.node('Mul', [floats, factors], scaled),
    ...(bias === '' ? [] : [edit.node('Add', [scaled, shift.name], result.name)]),
    ...result.nodes,
  ]);
  return {
    form: 'MatMulInteger',
    reason: `multiplied in 8-bit integers and summed exactly; the results are floats${besides(layer)}`,
  };
}

const besides = ({ tied, shared, weight }: IntegerWork['layer']): string => {
  if (tied !== undefined) return '; rows of the same codes are looked up, which are stored once';
  return shared ? `; ${weight.uses.length} products take the same codes, which are stored once` : '';
};

/** Stores the weight of one product, or of several that take it. */
function ownMatrix(work: IntegerWork, factor: number, edit: IntegerEdit): TurnedTable {
  const { weight, layer } = work;
  const { source } = layer.weight;
  const { name } = source;
  const steps = weight.scale.map((one) => one * factor);
  return {
    codes: edit.once(`${name} codes`, () => {
      const { codes, shape } = rowsFirst(work);
      return edit.constant(`${name}_quantized`, DataType.INT8, shape, codes, source);
    }),
    scales: edit.once(`${name} scales ${factor}`, () =>
      edit.constant(`${name}_scale`, DataType.FLOAT, [steps.length], steps),
    ),
    nodes: [],
  };
}

/** The codes as [rows, columns]: a `Gemm` may hold them the other way round. */
function rowsFirst({ layer, weight }: IntegerWork): { codes: Int8Array; shape: readonly number[] } {
  const { shape } = layer.weight;
  const [columns, rows] = shape as readonly [number, number];
  const codes = signedCodes(weight);
  if (layer.channelAxis === 1) return { codes, shape };
  const turned = codes.map((_, at) => codes[(at % columns) * rows + Math.floor(at / columns)] as number);
  return { codes: turned, shape: [rows, columns] };
}

import type { NodeProto } from '../schema/proto.js';
import { floatInput } from './float-values.js';
import type { IntegerEdit } from './integer-edit.js';
import type { StaticWork } from './integer-work.js';

/** Quantizes each value once, however many layers take it. */
export interface QuantizedInputs {
  /** Name of the 8-bit value; the node that makes it is put in front of the layer. */
  quantized(work: StaticWork): string;
  /** Name of the 8-bit value turned back into floats. */
  dequantized(work: StaticWork): string;
}

/** @param made Values that are 8-bit already, and so are floats again under their own names: names of their codes. */
export function quantizedInputs(
  edit: IntegerEdit,
  made: ReadonlyMap<string, string> = new Map(),
): QuantizedInputs {
  const { graph } = edit;
  const codes = new Map(made);
  const floats = new Map([...made.keys()].map((name) => [name, name]));
  const before = (node: NodeProto, added: readonly NodeProto[]) => graph.replace(node, [...added, node]);
  const quantized = ({ layer, input: site }: StaticWork) => {
    const { input, node } = layer;
    const known = codes.get(input);
    if (known !== undefined) return known;
    const name = graph.newName(`${input}_quantized`);
    const floats = floatInput(layer, edit);
    const quantize = edit.linear('QuantizeLinear', [floats.name, ...edit.parameters(input, site)], name);
    before(node, [...floats.nodes, quantize]);
    codes.set(input, name);
    return name;
  };
  return {
    quantized,
    dequantized(work) {
      const { input, node } = work.layer;
      const known = floats.get(input);
      if (known !== undefined) return known;
      const eightBit = quantized(work);
      const name = graph.newName(`${input}_dequantized`);
      before(node, [
        edit.linear('DequantizeLinear', [eightBit, ...edit.parameters(input, work.input)], name),
      ]);
      floats.set(input, name);
      return name;
    },
  };
}

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, NodeProtoSchema, TensorProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';

/** The input that says how close to a border, in steps, values take the level beyond it: for each quantized input in their order, 0 for none. */
export const closeness = 'lowbit.closeness';

const prefix = 'lowbit.other';
const float = 1;

/** A file with quantized inputs, in which close values can be made to take the level beyond the border. */
export function withOtherLevels(file: Uint8Array): { readonly bytes: Uint8Array; readonly sites: number } {
  const model = fromBinary(ModelProtoSchema, file);
  const graph = model.graph!;
  const constant = (name: string, value: number) =>
    graph.initializer.push(
      create(TensorProtoSchema, { name: `${prefix}.${name}`, dataType: float, floatData: [value] }),
    );
  constant('half', 0.5);
  constant('two', 2);
  constant('one', 1);
  let sites = 0;
  graph.node = graph.node.flatMap((node) => {
    if (node.opType !== 'Round') return [node];
    const site = sites++;
    const name = (word: string) => `${prefix}.${word}.${site}`;
    const make = (opType: string, inputs: readonly string[], output: string) =>
      create(NodeProtoSchema, { opType, name: output, input: [...inputs], output: [output] });
    const [steps, rounded] = [node.input[0]!, node.output[0]!];
    const at = create(TensorProtoSchema, {
      name: name('at'),
      dataType: 7,
      dims: [1n],
      int64Data: [BigInt(site)],
    });
    graph.initializer.push(at);
    return [
      make('Round', [steps], name('rounded')),
      make('Floor', [steps], name('floor')),
      make('Sub', [steps, name('floor')], name('rest')),
      make('Sub', [name('rest'), `${prefix}.half`], name('from')),
      make('Abs', [name('from')], name('distance')),
      make('Gather', [closeness, name('at')], name('limit')),
      make('Less', [name('distance'), name('limit')], name('near')),
      // Of the two levels around, the one that rounding does not take.
      make('Mul', [name('floor'), `${prefix}.two`], name('double')),
      make('Add', [name('double'), `${prefix}.one`], name('both')),
      make('Sub', [name('both'), name('rounded')], name('beyond')),
      make('Where', [name('near'), name('beyond'), name('rounded')], rounded),
    ];
  });
  const type = { value: { case: 'tensorType' as const, value: { elemType: float } } };
  graph.input.push(create(ValueInfoProtoSchema, { name: closeness, type: type as never }));
  return { bytes: toBinary(ModelProtoSchema, model), sites };
}

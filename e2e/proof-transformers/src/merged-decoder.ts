import { type OnnxModel, readModel, writeModel } from '@lowbit/onnx';
import { type ModelBuilder, modelBuilder } from '@lowbit/onnx/build';
import { layers, valuesFrom, width } from './layers.js';

type Graph = NonNullable<OnnxModel['proto']['graph']>;

const size = width / 4;
const outputs = ['logits', 'present.0.key', 'present.0.value'];
const isCached = 'use_cache_branch';

/** The inputs that both branches take from around them. */
function inputsOf(model: ModelBuilder) {
  const past = (near: string) =>
    model.input(`past_key_values.0.${near}`, 'float32', ['batch', 4, 'past', size]);
  return {
    ids: model.input('input_ids', 'int64', ['batch', 'tokens']),
    key: past('key'),
    value: past('value'),
  };
}

/** One of the branches, as an exporter writes it: with weights of its own, which are those of the other. */
async function branch(name: string, withPast: boolean): Promise<Graph> {
  const model = modelBuilder({ opset: 17, name: `${name}.onnx` });
  const { matrix, block } = layers(model, valuesFrom(2));
  const { ids, ...past } = inputsOf(model);
  const table = matrix('embedding', 500, width);
  const x = model.node('Gather', [table, ids]);
  const heads = model.constant('heads', 'int64', [4], [0, 0, 4, size]);
  const split = (near: string) => {
    const projected = model.node('Reshape', [model.node('MatMul', [x, matrix(near, width, width)]), heads]);
    return model.node('Transpose', [projected], { attributes: { perm: [0, 2, 1, 3] } });
  };
  const seen = (near: 'key' | 'value') =>
    withPast ? model.node('Concat', [past[near], split(near)], { attributes: { axis: 2 } }) : split(near);
  const [keys, values] = [seen('key'), seen('value')];
  const turned = model.node('Transpose', [keys], { attributes: { perm: [0, 1, 3, 2] } });
  const scores = model.node('MatMul', [split('query'), turned]);
  const shares = model.node('Softmax', [scores], { attributes: { axis: -1 } });
  const attended = model.node('Transpose', [model.node('MatMul', [shares, values])], {
    attributes: { perm: [0, 2, 1, 3] },
  });
  const joined = model.node('Reshape', [attended, model.constant('flat', 'int64', [3], [0, 0, width])]);
  const added = model.node('Add', [x, model.node('MatMul', [joined, matrix('out', width, width)])]);
  const classes = model.node('Transpose', [table], { attributes: { perm: [1, 0] } });
  const logits = model.node('MatMul', [block(added), classes]);
  model.output(logits, 'float32', ['batch', 'tokens', 500], `${name}.${outputs[0]}`);
  for (const [at, cached] of [keys, values].entries())
    model.output(cached, 'float32', ['batch', 4, 'all', size], `${name}.${outputs[at + 1]}`);
  const graph = readModel((await model.write()).bytes, name).proto.graph as Graph;
  graph.input = [];
  return graph;
}

/** A decoder of two branches, one of which takes a cache of keys and values, with a table of embeddings that is that of its classes too. */
export async function mergedDecoder(): Promise<Uint8Array> {
  const model = modelBuilder({ opset: 17, name: 'model.onnx' });
  inputsOf(model);
  const chosen = model.input(isCached, 'bool', [1]);
  for (const name of outputs) {
    const shape = name === 'logits' ? ['batch', 'tokens', 500] : ['batch', 4, 'all', size];
    model.output(model.node('Cast', [chosen], { attributes: { to: 1 } }), 'float32', shape, name);
  }
  const merged = readModel((await model.write()).bytes, 'model.onnx');
  const main = merged.proto.graph as Graph;
  const [node] = main.node as [Graph['node'][number]];
  const [attribute] = node.attribute as [Graph['node'][number]['attribute'][number]];
  const held = async (name: string, g: Graph) => {
    const made = { ...attribute, name, type: 5, g };
    delete (made as { i?: bigint }).i;
    return made;
  };
  node.opType = 'If';
  node.output = outputs;
  node.attribute = [
    await held('then_branch', await branch('with', true)),
    await held('else_branch', await branch('without', false)),
  ];
  main.node = [node];
  return writeModel(merged);
}

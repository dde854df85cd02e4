import { describe, expect, it } from 'vitest';
import { buildGraph, buildProto, counting } from '../../test/helpers/build-model.js';
import { bodyOf } from '../model/function-body.js';
import { createFunction, DataType, type GraphProto, type NodeProto } from '../schema/proto.js';
import type { ConstantSource } from './constant-source.js';
import { makeNode } from './make-node.js';
import { makeTensor } from './make-tensor.js';
import { modelEditor } from './model-editor.js';

const scale = (inputs: readonly string[], output: string, name = '') =>
  makeNode({ op: 'Mul', name, inputs, outputs: [output] });

/** y = If(c; x · w, x · inner · w). The inner branch has a constant of its own that is called as one outside. */
function branches() {
  const inner = buildGraph({
    nodes: [scale(['x', 'w'], 'a'), scale(['a', 'v'], 'b')],
    initializers: [counting('v', [1])],
    outputs: { b: [1] },
  });
  const other = buildGraph({ nodes: [scale(['x', 'w'], 'd')], outputs: { d: [1] } });
  const graph = buildGraph({
    nodes: [
      makeNode({
        op: 'If',
        inputs: ['c'],
        outputs: ['y'],
        attributes: { then_branch: { graph: inner }, else_branch: { graph: other } },
      }),
    ],
    initializers: [counting('w', [1]), counting('v', [1])],
    inputs: { c: [], x: [1] },
    outputs: { y: [1] },
    types: { c: DataType.BOOL },
  });
  return { proto: buildProto(graph), graph, inner, other };
}

const versions = { ir: 8, opset: 17 };
const inputsOf = ({ node }: GraphProto) => node.map(({ input }) => [...input]);

const sourceOf = (graph: GraphProto, at: number): ConstantSource => {
  const tensor = graph.initializer[at]!;
  return { kind: 'initializer', graph, name: tensor.name, tensor };
};

describe('renaming a value', () => {
  it('reaches subgraphs, but for those that have a value of the name', () => {
    const { proto, graph, inner, other } = branches();
    const editor = modelEditor({ proto, ...versions });
    editor.graph(graph).rename('w', 'weight');
    editor.graph(graph).rename('v', 'unused');
    editor.apply();
    expect(graph.initializer.map(({ name }) => name)).toEqual(['weight', 'unused']);
    expect(inputsOf(inner)).toEqual([
      ['x', 'weight'],
      ['a', 'v'],
    ]);
    expect(inputsOf(other)).toEqual([['x', 'weight']]);
  });

  it('is known to what is asked afterwards', () => {
    const { proto, inner } = branches();
    const graph = modelEditor({ proto, ...versions }).graph(inner);
    const [, last] = inner.node as [NodeProto, NodeProto];
    graph.rename('v', 'own');
    expect(graph.soleUser('own')).toBe(last);
    expect(graph.isConstant('own')).toBe(true);
    expect(graph.isConstant('v')).toBe(false);
  });
});

describe('a constant that is replaced', () => {
  const by = (name: string) => ({
    constants: [makeTensor(`${name}.codes`, DataType.UINT8, [1], [3])],
    nodes: [makeNode({ op: 'Cast', inputs: [`${name}.codes`], outputs: [name], attributes: { to: 1 } })],
  });

  it('of a subgraph is stored there, and computed before all that takes it', () => {
    const { proto, graph, inner } = branches();
    const editor = modelEditor({ proto, ...versions }, { keepsPlaces: true });
    editor.graph(inner).replaceConstant(sourceOf(inner, 0), by('v'), []);
    editor.apply();
    expect(inner.initializer.map(({ name }) => name)).toEqual(['v.codes']);
    expect(inner.node.map(({ opType }) => opType)).toEqual(['Cast', 'Mul', 'Mul']);
    expect(graph.initializer.map(({ name }) => name)).toEqual(['w', 'v']);
  });

  it('takes the place of the one before in the list, and its input with it', () => {
    const { proto, graph } = branches();
    const source = sourceOf(graph, 0);
    const editor = modelEditor({ proto, ...versions });
    editor.graph(graph).replaceConstant(source, by('w'), []);
    editor.apply();
    expect(graph.initializer.map(({ name }) => name)).toEqual(['w.codes', 'v']);
  });

  it('of a function becomes nodes, which functions have alone', () => {
    const value = { value: { tensor: counting('', [1]) } };
    const constant = makeNode({ op: 'Constant', inputs: [], outputs: ['k'], attributes: value });
    const fn = createFunction({ name: 'f', domain: 'own', input: ['p'], output: ['q'] });
    fn.node = [scale(['p', 'k'], 'm'), constant, scale(['m', 'k'], 'q')];
    const { proto } = branches();
    proto.functions = [fn];
    const editor = modelEditor({ proto, ...versions }, { keepsPlaces: true });
    const body = bodyOf(fn);
    const tensor = constant.attribute[0]!.t!;
    const source = { kind: 'constant-node', graph: body, name: 'k', tensor, node: constant } as const;
    editor.graph(body).replaceConstant(source, by('k'), []);
    expect(editor.functionOf(body)).toBe(fn);
    editor.importRuntimeDomain(body);
    editor.apply();
    expect(fn.node.map(({ opType }) => opType)).toEqual(['Mul', 'Constant', 'Cast', 'Mul']);
    expect([proto, fn].map(({ opsetImport }) => opsetImport.at(-1)?.domain)).toEqual([
      'com.microsoft',
      'com.microsoft',
    ]);
  });
});

it('names that are asked for are new in the whole model', () => {
  const { proto, graph, inner } = branches();
  const editor = modelEditor({ proto, ...versions });
  expect(editor.graph(graph).newName('a')).toBe('a_2');
  expect(editor.graph(inner).newName('a')).toBe('a_3');
});

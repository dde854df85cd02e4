import { describe, expect, it } from 'vitest';
import {
  buildGraph,
  buildModel,
  buildProto,
  counting,
  integers,
  type GraphParts,
} from '../../test/helpers/build-model.js';
import { caught } from '../../test/helpers/caught.js';
import { readModel } from '../read/read-model.js';
import {
  copyMessage,
  createEntry,
  createFunction,
  createTensor,
  createValueInfo,
  DataLocation,
  DataType,
  serializeModel,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from '../schema/proto.js';
import { makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { describeModel } from './describe-model.js';
import { skipReasons } from './skip-reasons.js';

const node = (op: string, inputs: string[], output: string, attributes = {}, name = '') =>
  makeNode({ op, inputs, outputs: [output], attributes, name });
const io = { inputs: { x: [1, 4] }, outputs: { y: [1] } };
const matMul = (weight = 'w', output = 'y') => node('MatMul', ['x', weight], output);
const w = counting('w', [4, 6]);

const describeParts = (parts: Partial<GraphParts> & { nodes: readonly NodeProto[] }, versions = {}) =>
  describeModel(buildModel({ ...io, initializers: [w], ...parts }, versions));
const reasons = (parts: Parameters<typeof describeParts>[0], versions = {}) =>
  describeParts(parts, versions).layers.flatMap(({ skipped }) => skipped.map(({ reason }) => reason));

/** A model with the edits that no builder offers. */
function edited(
  parts: Parameters<typeof describeParts>[0],
  change: (proto: ModelProto) => void,
  versions = {},
) {
  const proto = buildProto(buildGraph({ ...io, initializers: [copyMessage(w)], ...parts }), versions);
  change(proto);
  return describeModel(readModel(serializeModel(proto, 'test')));
}

describe('layers', () => {
  it('are named by node or by operator and place, each name once', () => {
    const nodes = [
      node('Relu', ['x'], 'a', {}, 'same'),
      node('Relu', ['a'], 'b', {}, 'same'),
      node('Relu', ['b'], 'c'),
      node('Relu', ['c'], 'y', {}, 'same#2'),
    ];
    const { layers } = describeParts({ nodes });
    expect(layers.map(({ id }) => id)).toEqual(['same', 'same#2', 'Relu_2', 'same#2#2']);
    expect(layers.map(({ depth }) => depth)).toEqual([0, 1, 2, 3]);
  });

  it('come in the order of execution, subgraphs where they are held', () => {
    const inner = buildGraph({ nodes: [node('Relu', ['late'], 'i', {}, 'inside')], outputs: { i: [1] } });
    const branches = { then_branch: { graph: inner }, else_branch: { graph: inner } };
    const nodes = [
      node('Relu', ['z'], 'y', {}, 'last'),
      node('If', ['x'], 'z', branches, 'if'),
      node('Relu', ['x'], 'late', {}, 'first'),
    ];
    const ids = describeParts({ nodes }).layers.map(({ id }) => id);
    expect(ids).toEqual(['first', 'if', 'if/then_branch/inside', 'if/else_branch/inside', 'last']);
  });

  it('do not contain constants', () => {
    const constant = node('Constant', [], 'c', { value: { tensor: w } });
    const { layers, sites } = describeParts({ nodes: [constant, matMul('c')] });
    expect(layers.map(({ op }) => op)).toEqual(['MatMul']);
    expect(sites[0]).toMatchObject({ id: 'c', source: { kind: 'constant-node', name: 'c' } });
    expect(sites[0]?.source.node?.opType).toBe('Constant');
  });

  it('know their operations when the file tells the output shape', () => {
    const conv = node('Conv', ['x', 'k'], 'y');
    const parts = { nodes: [conv], initializers: [counting('k', [8, 4, 3, 3])] };
    const shapes = (shape: (number | string)[]) =>
      describeParts({ ...parts, inputs: { x: ['n', 4, 'h', 8] }, outputs: { y: shape } }).layers[0]?.macs;
    expect(shapes(['n', 8, 6, 6])).toBe(8 * 6 * 6 * 4 * 9);
    expect(shapes(['n', 8, 'h', 6])).toBeUndefined();
    expect(describeParts({ nodes: [matMul()], outputs: { y: [1, 6] } }).layers[0]?.macs).toBe(24);
  });

  it('know them too where shapes follow from those of the inputs', () => {
    const nodes = [
      node('Conv', ['x', 'k'], 'c', { strides: [2, 2], pads: [1, 1, 1, 1] }),
      node('Relu', ['c'], 'r'),
      node('ConvTranspose', ['r', 't'], 'u', { strides: [2, 2], output_padding: [1, 1] }),
      node('GlobalAveragePool', ['r'], 'p'),
      node('Flatten', ['p'], 'f'),
      node('Gemm', ['f', 'g'], 'y'),
    ];
    const initializers = [counting('k', [8, 3, 3, 3]), counting('t', [8, 5, 3, 3]), counting('g', [8, 10])];
    const macs = (side: number | string) =>
      describeParts({ nodes, initializers, inputs: { x: ['n', 3, side, 16] }, outputs: { y: ['n', 10] } })
        .layers.filter(({ weights }) => weights.length > 0)
        .map((layer) => layer.macs);
    // 8 × 8 positions, of which each value of the transposed convolution's input meets a window of 5 channels.
    expect(macs(16)).toEqual([8 * 64 * 27, 8 * 64 * 5 * 9, 80]);
    expect(macs('height')).toEqual([undefined, undefined, 80]);
  });

  it('know the steps of a recurrent layer, which are no samples', () => {
    const initializers = [counting('w', [1, 8, 3]), counting('r', [1, 8, 2])];
    const macs = (x: (number | string)[], before: NodeProto[] = []) =>
      describeParts({
        nodes: [
          ...before,
          node('LSTM', [before.length === 0 ? 'x' : 't', 'w', 'r'], 'y', { hidden_size: 2 }),
        ],
        initializers,
        inputs: { x },
        outputs: { y: ['a', 'b', 'c', 'd'] },
      }).layers.at(-1)?.macs;
    expect(macs([7, 'n', 3])).toBe(7 * (24 + 16));
    expect(macs(['steps', 1, 3])).toBeUndefined();
    const turned = node('Transpose', ['x'], 't', { perm: [1, 0, 2] });
    expect(macs(['n', 7, 3], [turned])).toBe(7 * (24 + 16));
    expect(macs(['n', 'steps', 3], [turned])).toBeUndefined();
  });
});

describe('sources', () => {
  it('are found in outer graphs, and hidden by inner names', () => {
    const hidden = buildGraph({
      nodes: [node('MatMul', ['x', 'w'], 'i')],
      initializers: [counting('w', [4, 2])],
      outputs: { i: [1] },
    });
    const open = buildGraph({ nodes: [node('MatMul', ['x', 'w'], 'j')], outputs: { j: [1] } });
    const other = () => buildGraph({ nodes: [node('Relu', ['x'], 'k')], outputs: { k: [1] } });
    const nodes = [
      node('If', ['x'], 'z', { then_branch: { graph: hidden }, else_branch: { graph: other() } }, 'if'),
      node('If', ['x'], 'y', { then_branch: { graph: open }, else_branch: { graph: other() } }),
    ];
    const { sites } = describeParts({ nodes });
    expect(sites.map(({ id, shape }) => [id, shape])).toEqual([
      ['if/then_branch/w', [4, 2]],
      ['w', [4, 6]],
    ]);
    expect(sites[1]?.uses.map(({ graph }) => graph.output[0]?.name)).toEqual(['j']);
  });

  it('are one weight for all users, and its first user comes first', () => {
    const { layers, sites } = describeParts({
      nodes: [node('MatMul', ['x', 'w'], 'z'), node('MatMul', ['x', 'w'], 'y')],
      outputs: { y: [1], z: [1] },
    });
    expect(sites.length).toBe(1);
    expect(sites[0]?.uses.map(({ node: user }) => user.output)).toEqual([['z'], ['y']]);
    expect(layers.map(({ weights }) => weights[0])).toEqual([sites[0], sites[0]]);
  });

  it('keep the first user’s axes when both together would leave nothing to share', () => {
    const nodes = [matMul('w', 'z'), node('Transpose', ['w'], 't'), node('MatMul', ['z', 't'], 'y')];
    expect(describeParts({ nodes }).sites).toMatchObject([{ outputAxes: [1], inputAxis: 0 }]);
  });

  it('let any user’s output channels own parameters', () => {
    const nodes = [
      node('MatMul', ['x', 'b'], 'z'),
      node('Transpose', ['b'], 't', { perm: [0, 2, 1] }),
      node('Reshape', ['t', 'flat'], 'r'),
      node('MatMul', ['z', 'r'], 'y'),
    ];
    const initializers = [counting('b', [2, 3, 4]), integers('flat', [-1, 3])];
    const [site] = describeParts({ nodes, initializers }).sites;
    expect(site).toMatchObject({ shape: [2, 3, 4], outputAxes: [0, 2], inputAxis: 1 });
  });

  it('see a grouped ConvTranspose by its groups only when all users do', () => {
    const grouped = (output: string) => node('ConvTranspose', ['x', 'k'], output, { group: 2 });
    const initializers = [counting('k', [4, 3, 2, 2])];
    const outputs = { y: [1], z: [1] };
    const two = describeParts({ nodes: [grouped('y'), grouped('z')], initializers, outputs }).sites[0];
    expect(two).toMatchObject({ shape: [2, 2, 3, 2, 2], outputAxes: [0, 2], inputAxis: 1 });
    const mixed = describeParts({
      nodes: [grouped('y'), node('Conv', ['x', 'k'], 'z')],
      initializers,
      outputs,
    });
    expect(mixed.sites[0]).toMatchObject({ shape: [4, 3, 2, 2], outputAxes: [0, 1] });
  });

  it('come from the parts of a Concat even where one part cannot be quantized', () => {
    const fixed = createTensor({
      name: 'e',
      dims: [4n, 1n],
      dataType: DataType.FLOAT,
      dataLocation: DataLocation.EXTERNAL,
      externalData: [createEntry('location', 'weights.bin')],
    });
    const nodes = [node('Concat', ['w', 'e'], 'c', { axis: 1 }), matMul('c')];
    const { layers, sites } = describeParts({ nodes, initializers: [w, fixed] });
    expect(sites.map(({ id }) => id)).toEqual(['w']);
    expect(layers[1]?.skipped).toEqual([{ subject: 'e', reason: skipReasons.external }]);
  });

  it('may have float16 data behind a Cast', () => {
    const half = makeTensor('h', DataType.FLOAT16, [4, 6], new Float32Array(24));
    const nodes = [node('Cast', ['h'], 'f', { to: DataType.FLOAT }), matMul('f')];
    expect(describeParts({ nodes, initializers: [half] }).sites).toMatchObject([
      { id: 'h', outputAxes: [1] },
    ]);
  });
});

describe('reasons', () => {
  const cast = node('Cast', ['q'], 'f', { to: DataType.FLOAT });
  const codes = makeTensor('q', DataType.INT8, [4, 6], new Int8Array(24));
  const scale = counting('s', [6]);
  const dequantize = node('DequantizeLinear', ['q', 's'], 'd', { axis: 1 });
  const tensors = (...more: TensorProto[]) => ({ initializers: [w, ...more] });
  const relu = [node('Relu', ['w'], 'r', {}, 'act'), matMul('r')];
  const nothing = skipReasons.noWeights;

  it.each<[string, Parameters<typeof describeParts>[0], string[]]>([
    [
      'an operator whose weights are attributes',
      { nodes: [makeNode({ op: 'LinearRegressor', domain: 'ai.onnx.ml', inputs: ['x'], outputs: ['y'] })] },
      [skipReasons.inAttributes('LinearRegressor')],
    ],
    ['an operator without weights', { nodes: [node('Relu', ['x'], 'y')] }, [nothing]],
    [
      'a Conv weight computed at run time',
      { nodes: [relu[0] as NodeProto, node('Conv', ['x', 'r'], 'y')] },
      [nothing, skipReasons.largerThanConstants('"act"')],
    ],
    ['a Conv weight that is a graph input', { nodes: [node('Conv', ['x', 'x'], 'y')] }, [skipReasons.given]],
    [
      'a product of two activations',
      { nodes: [node('MatMul', ['x', 'x'], 'y')] },
      [skipReasons.bothComputed],
    ],
    [
      'an integer weight',
      { nodes: [node('MatMul', ['x', 'q'], 'y')], ...tensors(codes) },
      [skipReasons.notFloat('INT8')],
    ],
    [
      'integers behind Cast',
      { nodes: [cast, matMul('f')], ...tensors(codes) },
      [nothing, skipReasons.quantized],
    ],
    [
      'integers behind Cast and Mul',
      { nodes: [cast, node('Mul', ['f', 's'], 'm'), matMul('m')], ...tensors(codes, scale) },
      [nothing, nothing, skipReasons.quantized],
    ],
    [
      'integers behind DequantizeLinear',
      { nodes: [dequantize, matMul('d')], ...tensors(codes, scale) },
      [skipReasons.quantizedOperator, skipReasons.quantized],
    ],
    [
      'a constant that is an output',
      { nodes: [matMul()], outputs: { y: [1], w: [4, 6] } },
      [skipReasons.isOutput],
    ],
    [
      'an activation that is an output',
      {
        nodes: [node('Add', ['x', 'x'], 'k'), node('Transpose', ['k'], 't'), node('MatMul', ['x', 't'], 'y')],
        outputs: { y: [1], k: [1, 4], t: [4, 1] },
      },
      [nothing, nothing, skipReasons.bothComputed],
    ],
    ['an empty weight', { nodes: [matMul('e')], ...tensors(counting('e', [4, 0])) }, [skipReasons.empty]],
    [
      'a replaceable initializer',
      { nodes: [matMul()], inputs: { x: [1, 4], w: [4, 6] } },
      [skipReasons.overridable],
    ],
    [
      'a Reshape that does not fit',
      { nodes: [node('Reshape', ['w', 't'], 'r'), matMul('r')], ...tensors(integers('t', [5, 5])) },
      [nothing, skipReasons.badChain('Reshape')],
    ],
    [
      'an operator with a large constant that is not supported yet',
      { nodes: [node('Gather', ['e', 'x'], 'y')], ...tensors(counting('e', [2, 32, 32])) },
      [skipReasons.notSupported('Gather')],
    ],
  ])('%s', (_, parts, expected) => {
    expect(reasons(parts)).toEqual(expected);
  });

  it('an old operator set', () => {
    expect(reasons({ nodes: [matMul()] }, { opset: 6, ir: 4 })).toEqual([skipReasons.oldOpset(6)]);
  });

  it('accepts initializers among the inputs of IR 3, where they must be', () => {
    const inputs = { x: [1, 4], w: [4, 6] };
    expect(reasons({ nodes: [matMul()], inputs }, { ir: 3, opset: 8 })).toEqual([]);
  });

  it.each([
    ['com.microsoft', 'MatMulNBits'],
    ['com.microsoft', 'QLinearAdd'],
    ['', 'ConvInteger'],
    ['', 'QLinearConv'],
    ['qonnx.custom_op.general', 'Quant'],
    ['onnx.brevitas', 'Anything'],
  ])('%s %s is quantized already', (domain, op) => {
    const quantized = makeNode({ op, domain, inputs: ['x', 'w'], outputs: ['y'] });
    expect(reasons({ nodes: [quantized] }, domain === '' ? {} : { domains: { [domain]: 1 } })).toEqual([
      skipReasons.quantizedOperator,
    ]);
  });

  it('a function of the model, and an operator of its own domain', () => {
    const call = makeNode({ op: 'MatMul', domain: 'mine', inputs: ['x', 'w'], outputs: ['y'] });
    const addFunction = (proto: ModelProto) => {
      const [input, output] = [['x', 'w'], ['y']];
      proto.functions.push(
        createFunction({ name: 'MatMul', domain: 'mine', input, output, node: [matMul()] }),
      );
    };
    const described = edited({ nodes: [call] }, addFunction, { domains: { mine: 1 } });
    expect(described.layers[0]?.weights.map(({ id, outputAxes }) => [id, outputAxes])).toEqual([['w', [1]]]);
    expect(described.layers[1]?.skipped[0]?.reason).toBe(skipReasons.bothComputed);
    expect(reasons({ nodes: [call] }, { domains: { mine: 1 } })).toEqual([nothing]);
  });

  it('a weight in a loop body that changes between rounds', () => {
    const body = buildGraph({
      nodes: [node('MatMul', ['x', 'state'], 'out'), node('Conv', ['x', 'state'], 'next')],
      inputs: { i: [], go: [], state: [4, 4] },
      outputs: { go: [], next: [4, 4] },
    });
    const loop = makeNode({
      op: 'Loop',
      inputs: ['', 'x', 'w'],
      outputs: ['y'],
      attributes: { body: { graph: body } },
    });
    const found = reasons({ nodes: [loop] }).slice(1);
    expect(found).toEqual([skipReasons.bothComputed, skipReasons.computed('the graph around it')]);
  });

  it('external data are kept and skipped', () => {
    const external = (proto: ModelProto) => {
      const tensor = proto.graph?.initializer[0] as TensorProto;
      tensor.rawData = new Uint8Array(0);
      tensor.dataLocation = DataLocation.EXTERNAL;
      tensor.externalData = [createEntry('location', 'weights.bin')];
    };
    const { layers } = edited({ nodes: [matMul()] }, external);
    expect(layers[0]?.skipped).toEqual([{ subject: 'w', reason: skipReasons.external }]);
  });
});

it('gives a typed error for a weight whose data do not fit its dimensions', () => {
  const shorten = (proto: ModelProto) => {
    const tensor = proto.graph?.initializer[0] as TensorProto;
    tensor.rawData = tensor.rawData.subarray(1);
  };
  const error = caught(() => edited({ nodes: [matMul()] }, shorten));
  expect([error.code, error.where]).toEqual(['model-malformed', 'w']);
});

it('reads shapes from value_info too', () => {
  const nodes = [matMul('w', 'm'), node('Relu', ['m'], 'y')];
  const described = edited({ nodes }, (proto) => {
    proto.graph?.valueInfo.push(createValueInfo('m', DataType.FLOAT, ['n', 6]));
  });
  expect(described.layers[0]?.macs).toBe(24);
});

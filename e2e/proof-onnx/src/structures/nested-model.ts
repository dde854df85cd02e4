import { DataType, graph, modelBytes, node, tensor, value, weight, type GraphProto } from './build.js';
import { boolInput, normalInput } from './inputs.js';
import type { MadeModel } from './made-model.js';

const width = 64;

/** The body of a Loop: h ← tanh(h · weights), three times; `step` is a weight of the outer graph. */
function loopBody(): GraphProto {
  return graph({
    nodes: [
      node('Identity', ['go'], ['still']),
      node('MatMul', ['h', 'step'], ['turned']),
      node('Tanh', ['turned'], ['next']),
    ],
    inputs: [value('i', DataType.INT64, []), value('go', DataType.BOOL, []), value('h', DataType.FLOAT)],
    outputs: [value('still', DataType.BOOL, []), value('next', DataType.FLOAT)],
  });
}

/** One branch of an If, with a weight of its own; `loops`: it runs the Loop first. */
function branch(name: string, loops: boolean, seed: number): GraphProto {
  const repeated = loops
    ? [node('Loop', ['times', 'true', 'x'], ['looped'], { body: { graph: loopBody() } })]
    : [];
  return graph({
    nodes: [...repeated, node('MatMul', [loops ? 'looped' : 'x', `${name}.w`], [`${name}.y`])],
    initializers: [weight(`${name}.w`, [width, width], width, seed)],
    outputs: [value(`${name}.y`, DataType.FLOAT)],
  });
}

/** An If whose branches hold weights and, in one, a Loop that uses a weight of the outer graph. */
export function nestedModel(): MadeModel {
  const branches = {
    then_branch: { graph: branch('then', true, 2) },
    else_branch: { graph: branch('else', false, 3) },
  };
  const bytes = modelBytes({
    nodes: [node('If', ['which'], ['y'], branches)],
    initializers: [
      weight('step', [width, width], width, 1),
      tensor('times', DataType.INT64, [], BigInt64Array.of(3n)),
      tensor('true', DataType.BOOL, [], Uint8Array.of(1)),
    ],
    inputs: [value('x', DataType.FLOAT, ['n', width]), value('which', DataType.BOOL, [])],
    outputs: [value('y', DataType.FLOAT, ['n', width])],
  });
  const runs = [true, false].map((which) => ({ x: normalInput([8, width], 4), which: boolInput(which) }));
  return {
    name: 'nested',
    feature: 'weights in If and Loop, and of the outer graph',
    bytes,
    runs,
    fourBits: 'group:32',
  };
}

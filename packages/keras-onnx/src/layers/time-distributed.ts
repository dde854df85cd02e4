import { Settings, type Shape } from '@lowbit/keras';
import type { Known, Value } from '../graph/value.js';
import { measuresAtOnce } from './quantized-input.js';
import {
  inputOf,
  isSized,
  outputOf,
  type Call,
  type LayerRule,
  type RuleTable,
  type WrittenCall,
} from './rule.js';

/** A shape without the axis of steps. */
const ofStep = ([batch, , ...rest]: Shape): Shape => [batch!, ...rest];

/** The call of the layer with a step. */
function innerCall<V extends Known>(call: Call<V>, inputs: readonly V[]): Call<V> {
  const layer = call.layer.parts['layer']!;
  const outputs = call.outputs.map((shape) => shape && ofStep(shape));
  return { ...call, layer, inputs, outputs, named: {}, settings: new Settings(layer.config, layer.id) };
}

/** The sizes of a value from an axis on: of numbers where they are known, else read when it runs. */
function sizesFrom({ graph }: WrittenCall, value: string, axis: number, sizes: Shape): string {
  return isSized([null, ...sizes])
    ? graph.integers(sizes as readonly number[])
    : graph.slice(graph.node('Shape', [value]), 0, axis, axis + sizes.length);
}

/** What stands against a call. */
function refusal(call: Call): string | undefined {
  if (call.inputs.length !== 1 || call.outputs.length !== 1) return 'several inputs or outputs';
  return measuresAtOnce(call) && inputOf(call)[1] === null
    ? 'activations that are measured at each of steps of which the number is not known'
    : undefined;
}

/** Steps become samples, and samples steps again; where activations are measured, each step is computed by itself, as it is in training. */
const timeDistributed: LayerRule = {
  mask: 'refuse',
  integers: true,
  refuse: refusal,
  inner: (call) => innerCall(call, [{ shape: ofStep(inputOf(call)), masked: false }]),
  write: (call) => (measuresAtOnce(call) ? stepByStep(call) : allSteps(call)),
};

async function allSteps(call: WrittenCall): Promise<Value> {
  const { graph, inputs, layer } = call;
  const x = graph.last(inputs[0]!);
  const shape = ofStep(inputOf(call));
  const rest = sizesFrom(call, x, 2, shape.slice(1));
  const samples = graph.node('Concat', [graph.integers([-1]), rest], { axis: 0 });
  const value = { ...inputs[0]!, shape, names: { last: graph.node('Reshape', [x, samples]) } };
  const [result] = await call.inside(innerCall(call, [value]));
  graph.enter(layer.id);
  const plain = graph.last(result!);
  const lengths = graph.slice(graph.node('Shape', [x]), 0, 0, 2);
  const own = sizesFrom(call, plain, 1, result!.shape.slice(1));
  const steps = graph.node('Reshape', [plain, graph.node('Concat', [lengths, own], { axis: 0 })]);
  return { ...result!, shape: outputOf(call), names: { last: steps } };
}

async function stepByStep(call: WrittenCall): Promise<Value> {
  const { graph, inputs, layer } = call;
  const x = graph.last(inputs[0]!);
  const shape = ofStep(inputOf(call));
  const axis = graph.integers([1]);
  const results: string[] = [];
  for (let i = 0; i < inputOf(call)[1]!; i++) {
    const step = graph.node('Squeeze', [graph.slice(x, 1, i, i + 1), axis]);
    const [result] = await call.inside(innerCall(call, [{ ...inputs[0]!, shape, names: { last: step } }]));
    graph.enter(layer.id);
    results.push(graph.node('Unsqueeze', [graph.last(result!), axis]));
  }
  return graph.value(graph.node('Concat', results, { axis: 1 }), outputOf(call));
}

export const wrapperRules: RuleTable = { TimeDistributed: timeDistributed };

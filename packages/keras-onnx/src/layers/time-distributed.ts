import { Settings, type Shape } from '@lowbit/keras';
import type { Known } from '../graph/value.js';
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

/** Steps become samples, and samples steps again. */
const timeDistributed: LayerRule = {
  mask: 'refuse',
  integers: true,
  refuse: ({ inputs, outputs }) =>
    inputs.length === 1 && outputs.length === 1 ? undefined : 'several inputs or outputs',
  inner: (call) => innerCall(call, [{ shape: ofStep(inputOf(call)), masked: 'no' }]),
  write: async (call) => {
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
  },
};

export const wrapperRules: RuleTable = { TimeDistributed: timeDistributed };

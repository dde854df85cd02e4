import { Settings, type KerasLayer } from '@lowbit/keras';
import { observedBy, type FittedSite } from '@lowbit/core/adapter';
import { loadSite, patchesProblem } from '@lowbit/tfjs-format';
import { layoutOf, type Known, type Value } from '../graph/value.js';
import { activated } from './activation.js';
import { inputOf, outputOf, type Call, type LayerRule, type RuleTable, type WrittenCall } from './rule.js';
import { paddingOf, windowOf, type bothEnds, type Window } from './windows.js';

const partOf = ({ layer }: Call): KerasLayer => layer.parts['layer']!;

function innerCall<V extends Known>(call: Call<V>, inputs: readonly V[]): Call<V> {
  const layer = partOf(call);
  return { ...call, layer, inputs, settings: new Settings(layer.config, layer.id) };
}

/** @throws LowbitError `unknown-plugin` for a quantizer that is not known. */
function siteOf({ layer, settings, quantizers }: Call): FittedSite {
  return loadSite(settings.text('site'), quantizers, layer.id);
}

/** Whether a layer, or one inside, takes the range of all that it is given at once. */
export function measuresAtOnce({ layer, quantizers }: Pick<Call, 'layer' | 'quantizers'>): boolean {
  const { id, className, config, parts, network } = layer;
  if (className === 'QuantizedInput') {
    const site = loadSite(new Settings(config, id).text('site'), quantizers, id);
    if (site.parameters === undefined && observed(site) === 'values') return true;
  }
  const inside = [...Object.values(parts), ...(network?.layers ?? [])];
  return inside.some((each) => measuresAtOnce({ layer: each, quantizers }));
}

const observed = ({ quantizer, options }: FittedSite) => observedBy(quantizer, options);

/** A layer whose first input is quantized: everything at once, sample by sample, or patch by patch. */
const quantizedInput: LayerRule = {
  inner: (call) => innerCall(call, call.inputs),
  refuse: (call) => {
    if (observed(siteOf(call)) !== 'patches') return undefined;
    const { className, config } = partOf(call);
    if (className !== 'Conv2D') return patchesProblem(className);
    if ((config['groups'] ?? 1) !== 1) return patchesProblem(`${className} in groups`);
    return 'pads' in patchesPadding(call) ? undefined : 'patches of pictures of which the size is not known';
  },
  write: (call) => {
    const site = siteOf(call);
    const isPatches = observed(site) === 'patches';
    if (isPatches && partOf(call).className === 'Conv2D') return productOfPatches(call, site);
    const [input, ...others] = call.inputs as [Value, ...Value[]];
    return call.inside(innerCall(call, [quantized(call, input, site, isPatches), ...others]));
  },
};

/** @param isRows Whether what stands along the last axis is seen on its own. */
function quantized({ graph }: WrittenCall, input: Value, site: FittedSite, isRows: boolean): Value {
  const layout = isRows ? 'last' : layoutOf(input);
  const row = isRows ? (input.shape.at(-1) as number) : undefined;
  const name = graph.builder.activation(graph.in(layout, input), site, row);
  return { ...input, names: { [layout]: name } };
}

function patchesPadding(call: Call) {
  const settings = new Settings(partOf(call).config, call.layer.id);
  return paddingOf(settings.text('padding', 'valid'), windowOf(settings, 2), inputOf(call));
}

/** A convolution as the product of its quantized patches and its kernel as a matrix. */
async function productOfPatches(call: WrittenCall, site: FittedSite): Promise<Value> {
  const inner = { ...call, ...innerCall(call, call.inputs) };
  const { graph, weights, layer, settings } = inner;
  const window = windowOf(settings, 2);
  const length = window.size[0]! * window.size[1]! * (inputOf(call).at(-1) as number);
  const patches = graph.builder.activation(patchesOf(call, window), site, length);
  const dims = [length, settings.size('filters')];
  const product = graph.node('MatMul', [patches, (await weights.find(layer, 'kernel', { dims }))!]);
  const bias = await weights.find(layer, 'bias');
  const sum = bias === undefined ? product : graph.node('Add', [product, bias]);
  return graph.value(activated(inner, sum, 'last'), outputOf(call));
}

/** One copy of the padded input for each place of the kernel, side by side: `[batch, height, width, places · channels]`. */
function patchesOf(call: WrittenCall, { size, strides, dilation }: Window): string {
  const { graph, inputs } = call;
  const { pads } = patchesPadding(call) as ReturnType<typeof bothEnds>;
  const [top, left, bottom, right] = pads as [number, number, number, number];
  const padded = graph.node('Pad', [
    graph.last(inputs[0]!),
    graph.integers([0, top, left, 0, 0, bottom, right, 0]),
  ]);
  const taps = Array.from({ length: size[0]! * size[1]! }, (_, i) => {
    const at = [Math.floor(i / size[1]!), i % size[1]!];
    const from = at.map((place, axis) => place * dilation[axis]!);
    // Counted from the end: as many places are left as the kernel still reaches.
    const left = at.map((place, axis) => (size[axis]! - 1 - place) * dilation[axis]!);
    const to = left.map((count) => (count === 0 ? Number.MAX_SAFE_INTEGER : -count));
    const bounds = [from, to, [1, 2], strides].map((list) => graph.integers(list));
    return graph.node('Slice', [padded, ...bounds]);
  });
  return graph.node('Concat', taps, { axis: 3 });
}

export const quantizedInputRules: RuleTable = { QuantizedInput: quantizedInput };

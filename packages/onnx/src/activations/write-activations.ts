import { type FittedSite, type Observed, observedBy, type Outcome } from '@lowbit/core/adapter';
import { operatorOf } from '../operators/operators.js';
import type { DescribedLayer, DescribedModel } from '../describe/described-layer.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { openGraph } from '../graph/model-editor.js';
import { graphBuilder, type GraphBuilder } from '../interpreter/graph-builder.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import type { Runtime } from '../target/target.js';
import { makeAttribute } from '../graph/make-node.js';
import { activationInput, type ActivationInput } from './activation-input.js';
import { type ConvGeometry, convGeometry } from './conv-geometry.js';
import { fakeQuantize } from './fake-quantize.js';
import { onPatches } from './on-patches.js';
import { onRows } from './on-rows.js';
import type { SiteNotes } from '../sites/site-notes.js';

/** The sites of a plan, and the weights that are quantized. */
export interface ActivationsToWrite extends Pick<Outcome, 'activations' | 'floatSites'> {
  /** Ids. */
  readonly weights: ReadonlySet<string>;
}

/**
 * Inserts the forward passes of activation quantizers, in place, in front of the convolutions and products whose weights
 * are quantized. A value that several of them take is quantized once, as equal nodes are added once. Weights stay as they
 * are, for `rewriteModel`.
 *
 * @param description With the layers to look at.
 * @param sites Told what becomes of each.
 * @param prefix What the names of all that is added begin with.
 * @returns What became of the input of each layer with quantized weights, by the id of the weight.
 * @throws LowbitError as {@link fakeQuantize}.
 */
export function writeActivations(
  { model, description: { layers, order } }: DescribedModel,
  { weights, activations, floatSites }: ActivationsToWrite,
  sites: SiteNotes,
  runtime: Runtime | undefined,
  prefix: string,
): ReadonlyMap<string, string> {
  const graph = openGraph(model, order);
  const builder = graphBuilder(
    graph,
    model.opset,
    prefix,
    runtime?.provider === 'webgpu' ? 'float32' : 'float64',
  );
  const edit = { graph, builder, activations, floatSites, sites };
  const reasons = new Map<string, Set<string>>();
  for (const layer of layers) {
    const quantized = layer.weights.filter(({ id }) => weights.has(id));
    if (quantized.length === 0) continue;
    const reason = writeLayer(layer, edit);
    for (const { id } of quantized) reasons.set(id, (reasons.get(id) ?? new Set()).add(reason));
  }
  graph.apply();
  return new Map([...reasons].map(([id, sentences]) => [id, [...sentences].join('; ')]));
}

interface ActivationEdit {
  readonly graph: EditableGraph;
  readonly builder: GraphBuilder;
  readonly activations: Outcome['activations'];
  readonly floatSites: Outcome['floatSites'];
  readonly sites: SiteNotes;
}

function writeLayer(layer: DescribedLayer, edit: ActivationEdit): string {
  const input = activationInput(layer, edit.graph, edit.builder.opset);
  if (typeof input === 'string') return staysFloat(input);
  const site = edit.activations.get(input.tensor);
  if (site === undefined)
    return staysFloat(edit.floatSites.get(input.tensor) ?? 'it is not among the activations of the plan');
  const observed = observedBy(site.quantizer, site.options);
  const layout = layoutOf(observed, input);
  if (typeof layout === 'string') {
    const why = `${site.quantizer.name} sees ${observed}, and ${layout}`;
    edit.sites.left(site.id, why);
    return staysFloat(why);
  }
  insert(input, site, layout, edit);
  edit.sites.written(site.id, 'in floats', 'quantized by standard operators in front of those that take it');
  return describeQuantization(site, observed);
}

const staysFloat = (why: string): string => `its input stays float: ${why}`;

function insert(
  { node, index, tensor }: ActivationInput,
  site: FittedSite,
  layout: Layout,
  { graph, builder }: ActivationEdit,
): void {
  const value = quantize(tensor, site, layout, builder);
  if ('patches' in layout) takePatches(node, layout.patches, graph, builder);
  graph.setInput(node, index, value);
  graph.replace(node, [...builder.take(), node]);
}

function quantize(tensor: string, site: FittedSite, layout: Layout, builder: GraphBuilder): string {
  const compute = (matrix: string) => fakeQuantize(site, builder, matrix);
  return 'patches' in layout
    ? onPatches(builder, tensor, layout.patches, compute)
    : onRows(builder, tensor, layout.rows, compute);
}

/** Makes a convolution one over patches: the window of its weight becomes 1. */
function takePatches(
  node: NodeProto,
  { kernel }: ConvGeometry,
  graph: EditableGraph,
  builder: GraphBuilder,
): void {
  const ones = kernel.map(() => 1);
  const shape = builder.constant(DataType.INT64, [2 + ones.length], [0, -1, ...ones]);
  graph.setInput(node, 1, builder.node('Reshape', [node.input[1] as string, shape]));
  const group = node.attribute.filter(({ name }) => name === 'group');
  node.attribute = [makeAttribute('kernel_shape', ones), ...group];
}

type Described = Pick<FittedSite, 'bits' | 'quantizer' | 'statistics'>;

const scopes: Readonly<Record<Observed, string>> = {
  values: 'all values together',
  samples: 'each sample on its own',
  patches: 'each patch on its own',
};

/** What was put in front of an operator, for the report. */
function describeQuantization(site: Described, observed: Observed): string {
  const { bits, quantizer } = site;
  const what = `its input is quantized to ${bits} bits by ${quantizer.name} in front of it`;
  return `${what}, ${scopes[observed]}, ${sourceOf(site)}`;
}

/** Where the levels of a site come from; what was observed goes before what batch normalization tells. */
function sourceOf({ quantizer, statistics }: Described): string {
  if (quantizer.dynamic) return 'computed anew on every run';
  return statistics === undefined
    ? 'with levels from batch normalization'
    : 'with levels from the calibration';
}

/** How an activation is laid out as the rows of a matrix: in place, or as the patches of a convolution. */
type Layout = { readonly rows: readonly [number, number] } | { readonly patches: ConvGeometry };

/** The layout that a quantizer asks for in front of an operator, or why there is none. */
function layoutOf(observed: Observed, input: ActivationInput): Layout | string {
  const { node, weight, index, isDirect } = input;
  const facts = operatorOf(node)?.activation;
  if (observed === 'values') return { rows: [1, -1] };
  if (index === 1 || facts?.isTurned?.(node)) return `its first axis is not that of the ${observed}`;
  if (observed === 'samples') return { rows: [0, -1] };
  if (!isDirect)
    return 'the weight passes through other operators first, so that the size of a patch is open';
  const dims = weight.source.tensor.dims.map(Number);
  const axis = facts?.rowAxis?.(node);
  return axis === undefined ? { patches: convGeometry(node, dims) } : { rows: [-1, dims.at(axis) as number] };
}

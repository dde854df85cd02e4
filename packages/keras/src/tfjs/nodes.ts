import type { Problem } from '@lowbit/core';
import type { JsonObject, JsonValue, KerasCall, KerasNetwork, Shape, TensorReference } from '../model.js';
import type { LayerNames } from '../network/layer-names.js';
import { maskReference } from './mask-layers.js';
import type { MaskUse } from '../masks/network-masks.js';
import { tensorsOf } from '../network/call-tensors.js';

/** `[layer, call, output]`. */
type Reference = readonly JsonValue[];

interface NodeContext {
  readonly names: LayerNames;
  readonly problems: Problem[];
}

/** Arguments that say how the layer computes: they stand in the configuration of the layer that takes its place, or in its masks. */
const configured = new Map(
  ['MultiHeadAttention', 'Attention', 'AdditiveAttention'].map((className) => [
    className,
    ['use_causal_mask', 'return_attention_scores'],
  ]),
);

/** One call: references to the tensors that the layer is called with, the masks that are inputs after the others. */
export function nodeJson(
  call: KerasCall,
  use: MaskUse,
  network: KerasNetwork,
  context: NodeContext,
): readonly Reference[] {
  const { layer, args, kwargs } = call;
  const { attention_mask: pairs } = kwargs;
  const known = ['mask', 'attention_mask', ...(configured.get(layer.className) ?? [])];
  const others = Object.entries(kwargs).filter(([name]) => !known.includes(name));
  const given = [...args, ...others.map(([, argument]) => argument)];
  const tensors = tensorsOf(given);
  const strange = given.some((each) => tensorsOf([each]).length === 0);
  const named = others.find(([name]) => ['query_mask', 'value_mask', 'key_mask'].includes(name));
  if (named !== undefined)
    refuse(call, `called with ${named[0]}`, 'Call it with tensors that carry the masks.', context);
  if (strange)
    refuse(
      call,
      'called with values that are no tensors',
      'Give them to the layer when it is made.',
      context,
    );
  const masks = use.kind === 'input' ? use.masks.filter((mask) => mask !== undefined) : [];
  return [
    ...tensors.map((each) => referenceJson(each, network, context)),
    ...masks.map(maskReference),
    ...(pairs === undefined ? [] : tensorsOf([pairs]).map((each) => referenceJson(each, network, context))),
  ];
}

function refuse({ layer }: KerasCall, how: string, remedy: string, { problems }: NodeContext): void {
  const received = `${layer.className}, which is ${how}`;
  problems.push({ code: 'layer-unsupported', where: layer.id, received, remedy });
}

/** TensorFlow.js counts the call by which a model was made, as Keras 2 does. */
export function referenceJson(
  { layer, call, output }: TensorReference,
  network: KerasNetwork,
  { names }: NodeContext,
): Reference {
  const source = network.layers.find(({ name }) => name === layer)!;
  return [names.get(source)!, source.network === undefined ? call : call + 1, output];
}

/**
 * Copies of tensors. TensorFlow.js frees a tensor too early which a layer takes twice: one that does takes copies. Some are without the mask that
 * TensorFlow.js brings along.
 */
export class TensorCopies {
  /** Layers that make the copies. */
  readonly layers: JsonObject[] = [];

  /** @param taken Names of layers, among which copies of an earlier writing may be. */
  constructor(
    private readonly network: string,
    private readonly taken: ReadonlySet<string>,
  ) {}

  /** A node of references that all differ. */
  distinct(references: readonly Reference[]): JsonValue {
    const seen = new Set<string>();
    return references.map((reference) => {
      const key = JSON.stringify(reference);
      if (!seen.has(key)) {
        seen.add(key);
        return [...reference, {}];
      }
      return [...this.copy(reference, 'Activation', { activation: 'linear' }), {}];
    });
  }

  /** A reference to the same values without a mask: axes in their own order, behind which masks end. */
  withoutMask(reference: Reference, shape: Shape | undefined): Reference {
    const dims = shape?.slice(1).map((_, i) => i + 1);
    return dims === undefined ? reference : this.copy(reference, 'Permute', { dims });
  }

  private copy(reference: Reference, className: string, settings: JsonObject): Reference {
    const name = this.unusedName();
    const nodes = [[[...reference, {}]]];
    this.layers.push({ class_name: className, config: { ...settings, name }, name, inbound_nodes: nodes });
    return [name, 0, 0];
  }

  private unusedName(): string {
    const own = new Set(this.layers.map(({ name }) => name));
    let number = this.layers.length;
    const name = () => `${this.network}_copy_${number}`;
    while (this.taken.has(name()) || own.has(name())) number++;
    return name();
  }
}

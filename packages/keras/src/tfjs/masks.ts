import type { Argument, JsonObject, KerasCall, KerasLayer, KerasNetwork, TensorReference } from '../model.js';

/** A mask, as the layer that makes it of tensors and other masks: 1 for what counts, 0 for what is left out. */
export interface Mask {
  readonly name: string;
  readonly config: JsonObject;
  readonly from: readonly (TensorReference | Mask)[];
  /** Whether TensorFlow.js brings along the same one by itself to where it is used. */
  readonly isBrought: boolean;
}

/** A mask that Keras has, or one that is out of reach, since it goes into a model or comes out of one. */
type Found = Mask | 'lost' | undefined;

/** How a layer comes by the masks of its inputs. */
export interface MaskUse {
  readonly kind: 'none' | 'brought' | 'input' | 'lost';
  /** Of each input; undefined for one that has none. */
  readonly masks: readonly (Mask | undefined)[];
}

/** The masks in a network. */
export interface Masks {
  /** For a layer that heeds masks; the others have none. */
  useOf(call: KerasCall): MaskUse;
  /** Which of the inputs of a call have a mask. */
  areMasked(call: KerasCall): readonly boolean[];
}

const recurrent = [
  'LSTM',
  'GRU',
  'SimpleRNN',
  'RNN',
  'Bidirectional',
  'ConvLSTM1D',
  'ConvLSTM2D',
  'ConvLSTM3D',
];
const attentions = ['Attention', 'AdditiveAttention', 'MultiHeadAttention'];
const idle =
  'Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianDropout GaussianNoise AlphaDropout ActivityRegularization Identity';
/** Behind these a mask is the same as before, also where TensorFlow.js takes it there. */
const brought = ['Dense', 'Activation', ...idle.split(' ')];
/** Behind these a mask is the same as before. */
const passing = [
  ...brought,
  ...'ELU LeakyReLU PReLU ReLU Softmax ThresholdedReLU BatchNormalization LayerNormalization GroupNormalization UnitNormalization'.split(
    ' ',
  ),
  ...'Rescaling Normalization TimeDistributed QuantizedInput'.split(' '),
];
const merges = ['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum'];

/** Whether a layer computes otherwise where an input has a mask. */
function usesMask({ className }: KerasLayer, isKeras3: boolean): boolean {
  return (
    [...recurrent, ...attentions, 'GlobalAveragePooling1D'].includes(className) ||
    (className === 'Multiply' && isKeras3)
  );
}

/** Whether TensorFlow.js computes a recurrent layer as Keras does, also with a mask. */
export function isPlainRecurrent({ className, config }: Pick<KerasLayer, 'className' | 'config'>): boolean {
  return (
    ['LSTM', 'GRU', 'SimpleRNN'].includes(className) &&
    config['reset_after'] !== true &&
    config['zero_output_for_mask'] !== true
  );
}

/** Whether masks begin anywhere in a network. */
export function hasMasks({ layers }: KerasNetwork): boolean {
  return layers.some(
    ({ className, config, network }) =>
      className === 'Masking' ||
      (className === 'Embedding' && config['mask_zero'] === true) ||
      (network !== undefined && hasMasks(network)),
  );
}

/**
 * The masks of a network's calls, by the rules of the version of Keras that made it. TensorFlow.js gives a layer the mask of its first input alone,
 * gives it to layers further on that have none as well, and none to models inside.
 *
 * @param areLost Which of the inputs have masks outside.
 */
export function masksOf(network: KerasNetwork, isKeras3: boolean, areLost: readonly boolean[] = []): Masks {
  const { inputs, calls } = network;
  const found = new Map<string, Found>(
    inputs.map((input, i) => [keyOf(input), areLost[i] === true ? 'lost' : undefined]),
  );
  const at = (tensor: TensorReference) => found.get(keyOf(tensor));
  const all = new Map<KerasCall, readonly Found[]>();
  let count = 0;
  const make = (config: JsonObject, from: Mask['from'], isBrought: boolean): Mask => {
    const name = `${network.name}_mask_${count++}`;
    return { name, config: { ...config, name }, from, isBrought };
  };
  for (const call of calls) {
    const given = givenMasks(call, at, make);
    all.set(call, given);
    const outputs = masksBehind(call, given, { make, isKeras3 });
    if (isKeras3 && call.layer.className === 'MultiHeadAttention')
      // It takes the masks off its inputs, for all that see them later.
      for (const input of tensorsOf(call.args)) found.delete(keyOf(input));
    outputs.forEach((mask, i) =>
      found.set(keyOf({ layer: call.layer.name, call: call.index, output: i }), mask),
    );
  }
  return {
    useOf: (call) => useOf(call, all.get(call)!, isKeras3),
    areMasked: (call) => all.get(call)!.map((mask) => mask !== undefined),
  };
}

function keyOf({ layer, call, output }: TensorReference): string {
  return `${layer} ${call} ${output}`;
}

type Make = (config: JsonObject, from: Mask['from'], isBrought: boolean) => Mask;

/** Masks of the tensors that a layer is called with first; one that is written as an argument counts. */
function givenMasks(
  { args, kwargs }: KerasCall,
  at: (tensor: TensorReference) => Found,
  make: Make,
): readonly Found[] {
  const inherited = tensorsOf(args.length > 0 ? args : [kwargs['inputs'] ?? { list: [] }]).map(at);
  const written = kwargs['mask'];
  if (written === undefined) return inherited;
  const list = 'list' in written ? written.list : [written];
  return inherited.map((mask, i) => {
    const own = list[i];
    return own !== undefined && 'tensor' in own ? make({ kind: 'given' }, [own.tensor], false) : mask;
  });
}

function tensorsOf(args: readonly Argument[]): readonly TensorReference[] {
  return args.flatMap((each) =>
    'tensor' in each ? [each.tensor] : 'list' in each ? tensorsOf(each.list) : [],
  );
}

function useOf({ layer, kwargs }: KerasCall, given: readonly Found[], isKeras3: boolean): MaskUse {
  if (!usesMask(layer, isKeras3)) return { kind: 'none', masks: [] };
  // Keras 3 looks for a mask by another name where initial states are given, and finds none.
  const isUnseen = isKeras3 && kwargs['initial_state'] !== undefined && kwargs['mask'] === undefined;
  if (isUnseen) return { kind: 'none', masks: [] };
  const isOfAll = [...attentions, 'Multiply'].includes(layer.className);
  const masks = isOfAll ? given : given.slice(0, 1);
  if (masks.includes('lost')) return { kind: 'lost', masks: [] };
  const all = masks as readonly (Mask | undefined)[];
  if (all.every((mask) => mask === undefined)) return { kind: 'none', masks: [] };
  const isPlain = isPlainRecurrent(layer) && kwargs['initial_state'] === undefined;
  return { kind: isPlain && all.every((mask) => mask?.isBrought) ? 'brought' : 'input', masks: all };
}

/** The masks of what a call gives. */
function masksBehind(
  { layer, args }: KerasCall,
  given: readonly Found[],
  { make, isKeras3 }: { make: Make; isKeras3: boolean },
): readonly Found[] {
  const { className, config, network } = layer;
  const [first] = given;
  const [source] = tensorsOf(args);
  if (className === 'Embedding' && config['mask_zero'] === true)
    return [make({ kind: 'differs', value: 0, over_last: false }, [source!], true)];
  if (className === 'Masking')
    return [make({ kind: 'differs', value: config['mask_value'] ?? 0, over_last: true }, [source!], true)];
  if (network !== undefined) return behindModel(network, given, isKeras3);
  if (first === 'lost' || given.includes('lost')) return passesOn(layer) ? ['lost'] : [];
  const masks = given as readonly (Mask | undefined)[];
  if (merges.includes(className)) return [merged(masks, isKeras3, make)];
  if (className === 'Concatenate') return [joined(masks, config['axis'] ?? -1, isKeras3, make)];
  if (!passesOn(layer) || masks[0] === undefined) return [];
  const isBrought = masks[0].isBrought && (brought.includes(className) || isPlainRecurrent(layer));
  return Array<Mask>(config['merge_mode'] === null ? 2 : 1).fill({ ...masks[0], isBrought });
}

function passesOn({ className, config, parts }: KerasLayer): boolean {
  if (!recurrent.includes(className))
    return [...passing, ...merges, 'Concatenate', ...attentions].includes(className);
  return (parts['forward_layer']?.config ?? config)['return_sequences'] === true;
}

/** What comes out of a model with a mask has one that is inside. */
function behindModel(network: KerasNetwork, given: readonly Found[], isKeras3: boolean): readonly Found[] {
  const isMasked = hasMasks(network) || given.some((mask) => mask !== undefined);
  const inner = network.outputs.map(({ layer }) => network.layers.find(({ name }) => name === layer));
  return inner.map((layer) =>
    isMasked && layer !== undefined && mayBeMasked(layer, isKeras3) ? 'lost' : undefined,
  );
}

function mayBeMasked(layer: KerasLayer, isKeras3: boolean): boolean {
  const { className, network } = layer;
  return network === undefined
    ? passesOn(layer) || ['Embedding', 'Masking'].includes(className)
    : behindModel(network, ['lost'], isKeras3).some((mask) => mask !== undefined);
}

/** Keras 3 keeps what any of the inputs keeps where all have masks, and Keras 2 what all that have masks keep. */
function merged(masks: readonly (Mask | undefined)[], isKeras3: boolean, make: Make): Mask | undefined {
  const present = masks.filter((mask) => mask !== undefined);
  if (present.length === 0 || (isKeras3 && present.length < masks.length)) return undefined;
  return make({ kind: isKeras3 ? 'any' : 'all' }, present, false);
}

/** Along the steps masks are joined as the inputs are; along features Keras 3 keeps what any of them keeps, and Keras 2 what all keep. */
function joined(masks: readonly (Mask | undefined)[], axis: unknown, isKeras3: boolean, make: Make): Found {
  const present = masks.filter((mask) => mask !== undefined);
  if (present.length === 0) return undefined;
  if (axis !== 1) return merged(masks, isKeras3, make);
  return present.length === masks.length ? make({ kind: 'join' }, present, false) : 'lost';
}

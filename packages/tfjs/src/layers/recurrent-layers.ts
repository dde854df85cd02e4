import * as tf from '@tensorflow/tfjs-core';
import type * as tfLayers from '@tensorflow/tfjs-layers';

import type { LayerJson } from './make-layer.js';
import { makeLayer } from './make-layer.js';
import { MasklessLayer, type LayerClass } from './maskless-layer.js';
import type { CallOptions, Settings, Shape } from './own-layer.js';
import { scopeWeights } from './scope-weights.js';
import type { Cell } from './unrolled.js';
import { forgetDropout, stateSizes, unroll } from './unrolled.js';

interface RecurrentSettings {
  returnSequences: boolean;
  returnState: boolean;
  goBackwards: boolean;
  zeroOutputForMask: boolean;
  /** Set where Keras leaves other zeros in a layer that it unrolls. */
  unroll?: true;
  /** Whether the last of the inputs is a mask. */
  masked: boolean;
}

/**
 * A recurrent layer with Keras' rules for masks: called with the sequence, then the initial states where there are some, then the mask
 * `[batch, steps]` where it has one.
 */
export abstract class Recurrent<S extends object = object> extends MasklessLayer<S & RecurrentSettings> {
  /** In the order in which a step goes through them. */
  readonly cells: readonly Cell[];

  constructor(
    config: Settings,
    defaults: S,
    cells: readonly Cell[],
    private readonly isList = false,
  ) {
    const flags = { returnSequences: false, returnState: false, goBackwards: false };
    const unrolled = config['unroll'] === true && ({ unroll: true } as const);
    super(config, { ...defaults, ...flags, ...unrolled, zeroOutputForMask: false, masked: false });
    this.cells = cells;
    if (isList) this.scopeCells();
  }

  /** Puts names in front of those of the cells' weights: cells of a list are counted, also where there is only one. */
  scopeCells(...around: string[]): void {
    for (const [i, cell] of this.cells.entries())
      scopeWeights(cell, [...around, ...(this.isList ? [`cell_${i}`] : [])].join('/'));
  }

  protected override makeWeights([input]: readonly Shape[]): void {
    let shape: Shape = [input![0]!, ...input!.slice(2)];
    for (const cell of this.cells) {
      cell.build(shape);
      cell.built = true;
      shape = [input![0]!, stateSizes(cell)[0]!];
    }
  }

  protected override compute(inputs: readonly tf.Tensor[], options: CallOptions): tf.Tensor[] {
    const { masked, returnSequences, returnState, ...way } = this.settings;
    const [x, ...rest] = inputs as [tf.Tensor, ...tf.Tensor[]];
    const mask = masked ? rest.pop() : undefined;
    const states = rest.length > 0 ? rest : this.zeroStates(x);
    forgetDropout(this.cells);
    const { outputs, states: last } = unroll(this.cells, { x, states, mask }, way, options);
    const value = returnSequences ? tf.stack([...outputs], 1) : outputs.at(-1)!;
    return returnState ? [value, ...last] : [value];
  }

  private zeroStates(x: tf.Tensor): tf.Tensor[] {
    return this.cells.flatMap(stateSizes).map((size) => tf.zeros([x.shape[0]!, size]));
  }

  protected override resultShape([input]: readonly Shape[]): Shape | Shape[] {
    const { returnSequences, returnState } = this.settings;
    const [batch, steps] = input as [number | null, number | null];
    const step: Shape = [batch, stateSizes(this.cells.at(-1)!)[0]!];
    const value: Shape = returnSequences ? [batch, steps, step[1]!] : step;
    return returnState
      ? [value, ...this.cells.flatMap(stateSizes).map((size): Shape => [batch, size])]
      : value;
  }

  override get trainableWeights(): tfLayers.LayerVariable[] {
    return this.trainable ? this.cells.flatMap(({ trainableWeights }) => trainableWeights) : [];
  }

  override get nonTrainableWeights(): tfLayers.LayerVariable[] {
    return this.trainable ? [] : this.cells.flatMap(({ weights }) => weights);
  }
}

const cellSettings = {
  units: 1,
  activation: 'tanh',
  recurrentActivation: 'sigmoid',
  useBias: true,
  dropout: 0,
  recurrentDropout: 0,
};

/** A layer with one cell, whose settings stand among its own. */
function ofCell(className: string, cellClass: (resetAfter: boolean) => string) {
  return class extends Recurrent<typeof cellSettings & { resetAfter: boolean }> {
    static readonly className: string = className;

    constructor(config: Settings) {
      const defaults = { ...cellSettings, resetAfter: false };
      const given = Object.keys(cellSettings).filter((key) => key in config);
      const own = Object.fromEntries(given.map((key) => [key, config[key]])) as tf.serialization.ConfigDict;
      // The default would be orthogonal matrices, which take minutes for large layers; weights are loaded right after.
      const started = { ...own, recurrentInitializer: 'zeros' };
      const json = { className: cellClass(config['resetAfter'] === true), config: started };
      super(config, defaults, [makeLayer(json) as Cell]);
    }
  };
}

/** Any cells, one behind the other in each step. */
class RNN extends Recurrent<{ cell: LayerJson }> {
  static readonly className = 'LowbitRNN';

  constructor(config: Settings) {
    const cell = config['cell'] as LayerJson;
    const { cells } = cell.config as { readonly cells?: readonly LayerJson[] };
    super(
      config,
      { cell },
      (cells ?? [cell]).map((each) => makeLayer(each) as Cell),
      cells !== undefined,
    );
  }
}

export const recurrentLayers: readonly LayerClass[] = [
  ofCell('LowbitLSTM', () => 'LSTMCell'),
  ofCell('LowbitGRU', (resetAfter) => (resetAfter ? 'LowbitGRUCell' : 'GRUCell')),
  ofCell('LowbitSimpleRNN', () => 'SimpleRNNCell'),
  RNN,
];

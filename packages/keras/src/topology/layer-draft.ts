import type { LayerClass, MaybeShape, WeightRule } from '../layers/layer-class.js';
import { Settings } from '../layers/settings.js';
import type { JsonObject, KerasLayer, KerasNetwork, KerasWeight } from '../model.js';
import type { RawLayer } from './raw-layer.js';

/** A layer while its model is put together: what it needs of weights becomes known when it is first called. */
export class LayerDraft implements KerasLayer {
  readonly parts: Record<string, LayerDraft> = {};
  network?: NetworkDraft;
  /** What weights it must have; undefined as long as it was not called, or for a class of which nothing is known. */
  rules: readonly WeightRule[] | undefined;
  weights: readonly KerasWeight[] = [];
  /** The same layer, met before in another network. */
  sharedWith?: LayerDraft;
  /** Names of weights that a hook gave. */
  customWeights?: readonly string[];
  customOutput?: MaybeShape;
  /** It cannot be represented: nothing is known of what it gives. */
  refused?: true;

  readonly raw: RawLayer;
  readonly id: string;
  readonly name: string;
  readonly className: string;
  readonly config: JsonObject;
  readonly trainable: boolean;
  /** The path of the object in files of Keras 3. */
  readonly objectPath: string;
  readonly known: LayerClass | undefined;
  readonly settings: Settings;

  /** @param neutral The class and its settings, in neutral words where they are known. */
  constructor(
    raw: RawLayer,
    { path, objectPath }: { readonly path: string; readonly objectPath: string },
    { className, config }: Pick<KerasLayer, 'className' | 'config'>,
    known: LayerClass | undefined,
  ) {
    this.raw = raw;
    this.id = path;
    this.name = raw.name;
    this.className = className;
    this.config = config;
    this.trainable = raw.config['trainable'] !== false;
    this.objectPath = objectPath;
    this.known = known;
    this.settings = new Settings(config, path);
  }
}

/** A network of drafts. */
export interface NetworkDraft extends KerasNetwork {
  readonly layers: readonly LayerDraft[];
  readonly calls: readonly CallDraft[];
}

/** A call whose shapes become known when the network is walked through. */
export interface CallDraft {
  readonly layer: LayerDraft;
  readonly index: number;
  readonly args: KerasNetwork['calls'][number]['args'];
  readonly kwargs: KerasNetwork['calls'][number]['kwargs'];
  inputShapes: readonly MaybeShape[];
  outputShapes: readonly MaybeShape[];
}

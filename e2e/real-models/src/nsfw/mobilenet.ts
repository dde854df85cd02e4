import type { io } from '@tensorflow/tfjs-core';
import { loadLayersModel, type LayersModel } from '@tensorflow/tfjs-layers';
import { MobileNetV2Model } from 'nsfwjs/models/mobilenet_v2';
import { useWasm } from '../runtime/tfjs.js';

/** The package's own type does not resolve under Node's rules: its declarations import paths without `.js`. */
interface Bundles {
  modelJson(): Promise<{ default: ModelJson }>;
  /** Base64, one string a shard. */
  readonly weightBundles: readonly (() => Promise<{ default: string }>)[];
}

/** The parts of the package's model.json that a LayersModel needs. */
interface ModelJson {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly weights: io.WeightsManifestEntry[] }[];
}

/**
 * The saved form of nsfwjs' MobileNetV2 (alpha 1, input [N, 224, 224, 3] in 0…1, output 5 classes).
 * The package stores its weights as 8-bit integers with one scale a tensor: what tfjs calls float was rounded once.
 */
export async function mobileNetArtifacts(): Promise<io.ModelArtifacts> {
  const bundles = MobileNetV2Model as Bundles;
  const json = (await bundles.modelJson()).default;
  const shards = await Promise.all(bundles.weightBundles.map((bundle) => bundle()));
  const weights = Buffer.concat(shards.map((shard) => Buffer.from(shard.default, 'base64')));
  return {
    modelTopology: json.modelTopology,
    weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(weights).buffer,
  };
}

/** nsfwjs' MobileNetV2 as a LayersModel on the WebAssembly backend; the caller disposes of it. */
export async function loadMobileNet(): Promise<LayersModel> {
  await useWasm();
  return loadLayersModel({ load: mobileNetArtifacts });
}

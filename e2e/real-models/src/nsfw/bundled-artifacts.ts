import type { io } from '@tensorflow/tfjs-core';

/** A model as nsfwjs bundles it. The package's own types do not resolve under Node's rules: they import paths without `.js`. */
export interface Bundles {
  modelJson(): Promise<{ default: ModelJson }>;
  /** Base64, one string a shard. */
  readonly weightBundles: readonly (() => Promise<{ default: string }>)[];
}

/** The parts of the package's model.json that are needed. */
interface ModelJson extends io.ModelArtifacts {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly weights: io.WeightsManifestEntry[] }[];
}

/** A bundled model as TensorFlow.js' artifacts. */
export async function bundledArtifacts(bundles: Bundles): Promise<io.ModelArtifacts> {
  const { weightsManifest, ...members } = (await bundles.modelJson()).default;
  const shards = await Promise.all(bundles.weightBundles.map((bundle) => bundle()));
  const weights = Buffer.concat(shards.map((shard) => Buffer.from(shard.default, 'base64')));
  return {
    ...members,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(weights).buffer,
  };
}

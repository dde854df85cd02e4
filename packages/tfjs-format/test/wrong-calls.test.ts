import { encode } from '@lowbit/core';
import { expect, it } from 'vitest';
import { rawFailures, type RightCall } from '../../core/test/wrong-calls.js';
import * as format from '../src/index.js';

const spec = () => ({ name: 'w', shape: [2], dtype: 'float32' }) as const;
const stored = () => ({ spec: spec(), bytes: new Uint8Array(8) });
const artifacts = () => ({ weightSpecs: [spec()], weightData: new ArrayBuffer(8) });
const json = () => ({
  modelTopology: {},
  weightsManifest: [{ paths: ['group1-shard1of1.bin'], weights: [spec()] }],
});
const tensor = () =>
  encode(Float32Array.of(1, 2), [1, 2], 'tensor', {
    bits: 2,
    fit: () => ({ kind: 'affine', levels: 4, scale: 1 }),
  });
const packed = () => format.packWeight('w', tensor());
const values = () => Float32Array.of(1, 2);

const calls: Readonly<Record<string, RightCall>> = {
  parseModelJson: { right: () => [json(), 'model.json'] },
  modelKind: { right: () => [json()] },
  readWeights: { right: () => [json(), () => new Uint8Array(8), 'model.json'] },
  storedWeights: { right: () => [[spec()], new Uint8Array(8), 'model.json'] },
  storedBytes: { right: () => [spec()] },
  expandWeight: { right: () => [stored(), 'model.json'] },
  packWeight: { right: () => ['w', tensor()] },
  storePacked: { right: () => ['w', format.packedOf(packed(), 'm')] },
  packedOf: { right: () => [packed(), 'model.json'] },
  unpackWeight: { right: () => [packed(), 'model.json'] },
  packedPlain: { right: () => [stored()] },
  plainWeight: { right: () => ['w', [2], values(), 'uint8'] },
  plainTensor: { right: () => ['w', tensor(), 'uint8'] },
  plainAgain: { right: () => [spec(), values()] },
  fitsFloat16: { right: () => [values()] },
  modelFiles: { right: () => [artifacts(), 'model.json'] },
  modelArtifacts: { right: () => [json(), [stored()]] },
  artifactWeights: { right: () => [artifacts(), 'model.json'] },
  weightArtifacts: { right: () => [[stored()]] },
  shardWeights: { right: () => [[stored()], 4] },
  checkSpecs: { right: () => [[spec()], 'model.json'] },
  checkFileName: { right: () => ['model.json'] },
  inspectModel: { right: () => [json(), [stored()]] },
  expandedWeights: { right: () => [[spec()]] },
  quantizableIn: { right: () => [[]] },
};

const guard = 'tells the form of one specification, of those that parseModelJson and checkSpecs have checked';
const table = 'looks up what is known of one layer class, for every weight of a model that is loaded';
const described = 'takes what an adapter has described or stored itself, for every site of a model';
const sites = ['keepsDistribution', 'normalizedDistribution', 'patchesProblem', 'withoutPatches'];
const exceptions = Object.fromEntries([
  ...[...sites, 'loadSite', 'siteId', 'storeSite'].map((name) => [name, described] as const),
  ...['isPacked', 'storedForm'].map((name) => [name, guard] as const),
  ...['lastIsOutput', 'layerFloatReason', 'weightFloatReason'].map((name) => [name, table] as const),
]);

it('wrong arguments of every public function are told as typed errors', async () => {
  expect(await rawFailures(format, calls, exceptions)).toEqual([]);
});

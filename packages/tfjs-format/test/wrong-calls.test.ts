import { encode, type Quantizer } from '@lowbit/core';
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
const quantizer: Quantizer = {
  kind: 'quantizer',
  api: 2,
  name: 'steps',
  roles: ['activation'],
  bits: { activation: [2] },
  fit: () => ({ kind: 'affine', levels: 4, scale: 1 }),
};
const site = () => ({ id: 'dense/input', bits: 2, quantizer, options: {} });

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
  inShape: { right: () => [stored(), [1, 2]] },
  packedPlain: { right: () => [stored()] },
  plainWeight: { right: () => ['w', [2], values(), 'uint8'] },
  plainTensor: { right: () => ['w', tensor(), 'uint8'] },
  plainAgain: { right: () => [spec(), values()] },
  fitsFloat16: { right: () => [values()] },
  modelFiles: { right: () => [artifacts(), 'model.json'] },
  modelLayout: { right: () => [artifacts()] },
  modelArtifacts: { right: () => [json(), [stored()]] },
  artifactWeights: { right: () => [artifacts(), 'model.json'] },
  weightArtifacts: { right: () => [[stored()]] },
  shardWeights: { right: () => [[stored()], 4] },
  brokenWarning: { right: () => [values()] },
  meantPath: { right: () => ['my%20w.bin?v=3'] },
  renamedFile: { right: () => ['w.bin', ['w (1).bin']] },
  checkSpecs: { right: () => [[spec()], 'model.json'] },
  checkFileName: { right: () => ['model.json'] },
  inspectModel: { right: () => [json(), [stored()]] },
  expandedWeights: { right: () => [[spec()]] },
  quantizableIn: { right: () => [[]] },
  keepsDistribution: { right: () => ['Dense'] },
  normalizedDistribution: { right: () => [values(), values()] },
  patchesProblem: { right: () => ['Conv1D', true] },
  withoutPatches: { right: () => [site(), 'it has none'] },
  siteId: { right: () => ['dense'] },
  storeSite: { right: () => [site()] },
  loadSite: { right: () => [format.storeSite(site()), new Map([[quantizer.name, quantizer]]), 'dense'] },
};

const guard = 'tells the form of one specification, of those that parseModelJson and checkSpecs have checked';
const table = 'looks up what is known of one layer class, for every weight of a model that is loaded';
const checked = 'takes settings and names of layers, which whoever builds a model has checked';
const words = 'tells names of any JSON, which has none where it is no topology';
const exceptions = Object.fromEntries([
  ...['isPacked', 'storedForm'].map((name) => [name, guard] as const),
  ...['lastIsOutput', 'biasPlace', 'kernelView', 'layerFloatReason', 'weightFloatReason'].map(
    (name) => [name, table] as const,
  ),
  ...['distinctNames', 'keepsPixels', 'scalesPixelsItself', 'slicePlaces'].map(
    (name) => [name, checked] as const,
  ),
  ...['ownClasses', 'ownClassesNotes'].map((name) => [name, words] as const),
]);

it('wrong arguments of every public function are told as typed errors', async () => {
  expect(await rawFailures(format, calls, exceptions)).toEqual([]);
});

it('refuses a text that holds no site, whatever JSON it is', () => {
  const digits = (text: string) =>
    [...text].map((letter) => letter.charCodeAt(0).toString(16).padStart(4, '0')).join('');
  const known = new Map([[quantizer.name, quantizer]]);
  const stored = { id: 'dense/input', quantizer: 'steps', options: {}, bits: 2 };
  expect(format.loadSite(digits(JSON.stringify(stored)), known, 'dense')).toEqual(site());
  const others = [
    null,
    7,
    [],
    {},
    ...[{ id: 1 }, { quantizer: null }, { options: [] }, { bits: '2' }, { bits: 0 }, { parameters: 7 }].map(
      (wrong) => ({ ...stored, ...wrong }),
    ),
  ];
  for (const other of others)
    expect(() => format.loadSite(digits(JSON.stringify(other)), known, 'dense')).toThrow(
      expect.objectContaining({ code: 'packed-data', where: "layer 'dense'" }),
    );
});

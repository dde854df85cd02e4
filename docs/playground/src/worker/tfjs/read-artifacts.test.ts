import { expect, it } from 'vitest';
import { bytesOfModel, readArtifacts } from './read-artifacts.js';

const bytes = Uint8Array.of(0, 0, 128, 63);
const dropped = (named: string, file: string) => {
  const weightsManifest = [{ paths: [named], weights: [{ name: 'w', shape: [1], dtype: 'float32' }] }];
  const json = JSON.stringify({ format: 'layers-model', modelTopology: {}, weightsManifest });
  const files = { 'model.json': new TextEncoder().encode(json), [file]: bytes };
  return new Map<string, Uint8Array>(Object.entries(files));
};

it.each([
  ['w.bin', 'w.bin'],
  ['data/w.bin', 'w.bin'],
  ['my%20w.bin', 'my w.bin'],
  ['my%20w.bin', 'my%20w.bin'],
  ['w.bin?v=3', 'w.bin'],
])('the weight file %s is the dropped %s', (named, file) => {
  const files = dropped(named, file);
  expect(readArtifacts('model.json', files).weightData).toEqual(bytes.buffer);
  expect(bytesOfModel('model.json', files)).toBe(files.get('model.json')!.length + 4);
});

it('tells which file was renamed', () => {
  const files = dropped('group1-shard1of1.bin', 'group1-shard1of1 (1).bin');
  expect(() => readArtifacts('model.json', files)).toThrowError(
    expect.objectContaining({
      code: 'file-missing',
      remedy: 'Rename group1-shard1of1 (1).bin to group1-shard1of1.bin, as model.json names it.',
    }),
  );
});

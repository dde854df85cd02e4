import { describe, expect, it } from 'vitest';
import { caught } from '../../test/helpers/caught.js';
import { createEntry, createTensor, DataLocation, DataType } from '../schema/proto.js';
import { externalReference } from './reference.js';

const tensor = (entries: Record<string, string>) =>
  createTensor({
    name: 'w',
    dataType: DataType.FLOAT,
    dims: [2n, 3n],
    dataLocation: DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => createEntry(key, value)),
  });

describe('a reference to another file', () => {
  it.each([
    ['weights.bin', 'weights.bin'],
    ['./weights.bin', 'weights.bin'],
    ['././/sub/./weights.bin', 'sub/./weights.bin'],
    ['sub/layer:0/kernel..bin', 'sub/layer:0/kernel..bin'],
    ['onnx::MatMul_12', 'onnx::MatMul_12'],
    ['...hidden', '...hidden'],
  ])('%s is inside the folder', (location, path) => {
    expect(externalReference(tensor({ location }), 'w')).toEqual({ path, offset: 0, length: 24 });
  });

  it.each([
    '',
    '.',
    './',
    '..',
    '../weights.bin',
    'sub/../../weights.bin',
    'sub/..',
    '.. /weights.bin',
    '...',
    'a/.../b',
    '%2e%2e/weights.bin',
    '.%2E/weights.bin',
    '/etc/passwd',
    '//host/share',
    'C:weights.bin',
    'c:/weights.bin',
    '..\\weights.bin',
    '\\\\host\\share',
    'file:///etc/passwd',
    'https://host/weights.bin',
    'weights.bin\0.txt',
    '.\t./weights.bin',
    'weights.bin?x',
    'sub/',
    '*/_ORT_MEM_ADDR_/*',
    'sub/_ORT_MEM_ADDR_',
  ])('%j is refused', (location) => {
    expect(caught(() => externalReference(tensor({ location }), 'w')).code).toBe('external-data');
  });

  it('has an offset and the length that the dimensions ask for', () => {
    const entries = { location: 'w', offset: '4096', length: '24', checksum: 'x' };
    expect(externalReference(tensor(entries), 'w')).toEqual({ path: 'w', offset: 4096, length: 24 });
  });

  it.each([
    ['offset', '-1'],
    ['offset', '1e3'],
    ['offset', '99999999999999999999'],
    ['offset', ''],
    ['length', '23'],
    ['length', '0x18'],
  ])('is refused with %s %j', (key, value) => {
    expect(caught(() => externalReference(tensor({ location: 'w', [key]: value }), 'w')).code).toBe(
      'external-data',
    );
  });
});

import { describe, expect, test } from 'vitest';
import { caught } from '../../test/helpers/caught.js';
import { checkVersions, parseTarget, runtimeOf } from './runtime.js';

describe('a target', () => {
  test.each([
    ['ort-web@1.30/wasm', { minor: 30, provider: 'wasm' }],
    ['ort-web@1.24.3/webgpu', { minor: 24, provider: 'webgpu' }],
    ['ort-web@1.20.0-dev.1/wasm', { minor: 20, provider: 'wasm' }],
  ] as const)('%s is known', (text, runtime) => {
    expect(runtimeOf(parseTarget(text))).toEqual(runtime);
  });

  test.each([
    '',
    'ort-web',
    'ort-web@1.30',
    'ort-web@1.30/webgl',
    'ort-node@1.30/wasm',
    'ort-web@1.19/wasm',
    'ort-web@1.31/wasm',
    'ort-web@2.0/wasm',
    'ort-web@latest/wasm',
    'ort-web@1.22/webgpu',
    'ort-web@1.30/wasm/x',
  ])('%j is refused', (text) => {
    expect(caught(() => parseTarget(text)).code).toBe('unsupported-option');
  });

  test.each([
    [20, 21, 10, undefined],
    [20, 22, 10, 'model-opset'],
    [20, 21, 11, 'model-version'],
    [22, 22, 10, undefined],
    [23, 23, 10, 'model-opset'],
    [24, 25, 13, undefined],
    [25, 26, 13, 'model-opset'],
    [30, 26, 13, undefined],
  ])('1.%d with operator set %d and IR %d: %s', (minor, opset, ir, code) => {
    const check = () => checkVersions({ opset, ir, runtime: { minor, provider: 'wasm' } }, 'm');
    if (code === undefined) check();
    else expect(caught(check).code).toBe(code);
  });
});

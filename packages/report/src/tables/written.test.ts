import { expect, it } from 'vitest';

import { sessionLine } from './written.js';

it.each([
  [{}, undefined],
  [{ graphOptimizationLevel: 'all' as const, executionProviders: ['wasm'] }, undefined],
  [{ executionProviders: ['webgpu'] }, '{"executionProviders":["webgpu"]}'],
  [{ extra: { session: { disable_quant_qdq: '1' } } }, '{"extra":{"session":{"disable_quant_qdq":"1"}}}'],
])('of %j is %s', (options, line) => {
  expect(sessionLine(options)).toBe(line);
});

import { expect, test } from 'vitest';
import { coarse, memoryPort } from '../../test/memory-port.js';
import { quantize } from '../session/quantize.js';
import type { Quantizer } from './quantizer.js';
import { registry } from './registry.js';

const choice = { type: 'choice', default: 'a', values: ['a', 'b'], help: 'Which.' } as const;

const refused: Readonly<Record<string, readonly [object, string | RegExp]>> = {
  observes: [{ observes: 'foo' }, "as observes, 'values' or 'samples' or 'patches' or a function"],
  needs: [{ needs: 'x' }, "as needs, 'ranges'"],
  expects: [{ expects: 'x' }, "as expects, 'unit-variance'"],
  fitsInForward: [{ fitsInForward: 'x' }, 'as fitsInForward, true or a function'],
  forward: [{ forward: 3 }, 'as forward, a function'],
  backward: [{ backward: {} }, 'as backward, a function'],
  refit: [{ refit: 'x' }, 'as refit, a function'],
  fitTensor: [{ fitTensor: 1 }, 'as fitTensor, a function'],
  fitRanges: [{ fitRanges: [] }, 'as fitRanges, a function'],
  fitRows: [{ fitRows: [] }, 'as fitRows, a function'],
  'an unknown grid': [{ grids: { symetric: {} } }, /kinds .*not symetric \(did you mean symmetric\?\)/],
  'bits of 0': [{ bits: { weight: [0, 4], activation: [8] } }, "widths for 'weight', integers from 1 to 16"],
  'bits of one and a half': [{ bits: { weight: [1.5] } }, "widths for 'weight', integers from 1 to 16"],
  'bits of 99': [{ bits: { weight: [99] } }, "widths for 'weight', integers from 1 to 16"],
  'no bits of a role': [{ bits: {} }, "widths for 'weight', integers from 1 to 16"],
  'an unknown role': [{ roles: ['weights'] }, "in roles, 'weight' or 'activation' or both"],
  'no role': [{ roles: [] }, "in roles, 'weight' or 'activation' or both"],
  'a default that is no value': [
    { options: { g: { ...choice, default: 'z' } } },
    /as default of .*'g': one of a, b, not z/,
  ],
  'an unknown option of the factory': [
    { options: { g: choice }, configured: { h: 1 } },
    /in configured, .*'h'/,
  ],
  'a colon in its name': [{ name: 'a:b' }, /a name .*without ':' and ','/],
  'a comma in its name': [{ name: 'a,b' }, /a name .*without ':' and ','/],
};

test.each(Object.keys(refused))(
  'a quantizer is refused when it is registered, and when it is used: %s',
  async (what) => {
    const [members, expected] = refused[what]!;
    const quantizer = { ...coarse(), roles: ['weight'], ...members } as Quantizer;
    const error = expect.objectContaining({
      code: 'invalid-argument',
      where: `quantizer '${quantizer.name}'`,
      expected: expect.stringMatching(
        typeof expected === 'string' ? `^${expected.replace(/[()?]/g, '.')}$` : expected,
      ) as string,
    }) as Error;
    expect(() => registry([quantizer])).toThrow(error);
    const port = memoryPort({ a: { shape: [1, 2], values: Float32Array.of(1, 2) } });
    await expect(quantize(port, { weights: quantizer })).rejects.toThrow(error);
  },
);

test.each([[{}], [[coarse()]]])('what is no registry is told with what to write', async (given) => {
  const port = memoryPort({ a: { shape: [1, 2], values: Float32Array.of(1, 2) } });
  await expect(quantize(port, { registry: given as never })).rejects.toMatchObject({
    code: 'invalid-argument',
    where: 'recipe.registry',
    remedy: expect.stringContaining('registry([') as string,
  });
  expect(() => registry({} as never)).toThrow(expect.objectContaining({ code: 'invalid-argument' }) as Error);
});

test('what the contract no longer knows does no harm', () => {
  expect(() => registry([{ ...coarse(), parameters: 'of earlier' } as Quantizer])).not.toThrow();
});

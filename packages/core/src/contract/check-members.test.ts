import { expect, test } from 'vitest';
import { checkMembers } from './check-members.js';
import type { Quantizer } from './quantizer.js';

const whole: Quantizer = {
  kind: 'quantizer',
  api: 2,
  name: 'whole',
  roles: ['activation'],
  bits: { activation: [8] },
  fit: () => ({ kind: 'affine', levels: 2, scale: 1 }),
};

test.each([undefined, false, true, 'range', 'signs'])(
  'a quantizer whose dynamic is %s is taken',
  (dynamic) => {
    expect(() => checkMembers({ ...whole, dynamic } as Quantizer)).not.toThrow();
  },
);

test.each(['ranges', 'true', 8, null])(
  'a quantizer whose dynamic is %j is told what it may be',
  (dynamic) => {
    expect(() => checkMembers({ ...whole, dynamic } as unknown as Quantizer)).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        where: "quantizer 'whole'",
        expected: "as dynamic, true or 'range' or 'signs'",
      }) as Error,
    );
  },
);

const choice = { type: 'choice', default: 'a', values: ['a', 'b'], help: '' };

test.each<[string, object, string]>([
  [
    'of an unknown type',
    { options: { how: { ...choice, type: 'string' } } },
    "option 'how', the type number, boolean or choice",
  ],
  ['without a type', { options: { how: {} } }, "option 'how', the type number, boolean or choice"],
  ['that is no description', { options: { how: 'a' } }, "option 'how', the type number"],
  [
    'of choice without values',
    { options: { how: { ...choice, values: undefined } } },
    "option 'how' of type choice, a list",
  ],
  [
    'that grids name and it does not offer',
    { grids: { symmetric: { how: 'a' } } },
    "grids['symmetric'] option 'how': no option",
  ],
  [
    'whose value in grids it does not offer',
    { options: { how: choice }, grids: { 'zero-point': { how: 'c' } } },
    "grids['zero-point'] option 'how': one of a, b, not c",
  ],
])('a plugin with an option %s is refused, whatever the user gives', (_, members, expected) => {
  expect(() => checkMembers({ ...whole, ...members } as unknown as Quantizer)).toThrow(
    expect.objectContaining({
      code: 'invalid-argument',
      expected: expect.stringContaining(expected) as string,
    }) as Error,
  );
});

test('what is refused in options is refused in policies and schedules too', () => {
  const options = { how: { ...choice, type: 'text' } };
  for (const [kind, member] of [
    ['policy', 'assign'],
    ['schedule', 'next'],
  ] as const) {
    const plugin = { kind, api: 2, name: 'some', options, [member]: () => [] };
    expect(() => checkMembers(plugin as never)).toThrow("option 'how'");
  }
});

test('grids with options that it offers are taken', () => {
  const grids = { symmetric: { how: 'b' }, 'zero-point': {} };
  expect(() => checkMembers({ ...whole, options: { how: choice }, grids } as Quantizer)).not.toThrow();
});

import { expect, test } from 'vitest';
import { checkMembers } from './check-members.js';
import type { Quantizer } from './quantizer.js';

const whole: Quantizer = {
  kind: 'quantizer',
  api: 1,
  name: 'whole',
  roles: ['activation'],
  bits: { activation: [8] },
  fit: () => ({ kind: 'affine', levels: 2, scale: 1 }),
};

test.each([undefined, false, true, 'range'])('a quantizer whose dynamic is %s is taken', (dynamic) => {
  expect(() => checkMembers({ ...whole, dynamic } as Quantizer)).not.toThrow();
});

test.each(['ranges', 'true', 8, null])(
  'a quantizer whose dynamic is %j is told what it may be',
  (dynamic) => {
    expect(() => checkMembers({ ...whole, dynamic } as unknown as Quantizer)).toThrow(
      expect.objectContaining({
        code: 'invalid-argument',
        where: "quantizer 'whole'",
        expected: "as dynamic, true or 'range'",
      }) as Error,
    );
  },
);

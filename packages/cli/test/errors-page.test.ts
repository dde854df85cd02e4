import { readFile } from 'node:fs/promises';

import { errorCodes } from '@lowbit/core';
import { describe, expect, it } from 'vitest';

const page = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => [/^`([a-z-]+)`\n/.exec(section)?.[1], section]),
);

describe('docs/errors.md', () => {
  it.each(errorCodes)('explains %s', (code) => {
    const section = sections.get(code);
    for (const part of ['**Meaning.**', '**Usual cause.**', '**Remedy.**']) expect(section).toContain(part);
  });

  it('has no heading for a code that does not exist', () => {
    expect([...sections.keys()].filter((code) => !(errorCodes as readonly unknown[]).includes(code))).toEqual(
      [],
    );
  });
});

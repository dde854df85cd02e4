import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { contents, temporaryFolder } from '../../test/support.js';
import { writeOutputs } from './write-outputs.js';

const going = { force: false, signal: new AbortController().signal };

describe('writeOutputs', () => {
  it('writes all files and leaves no temporary one', async () => {
    const folder = await temporaryFolder();
    const files = ['a', 'b'].map((name) => ({ path: join(folder, name), data: name }));
    await writeOutputs(files, going);
    expect(await contents(folder)).toEqual(['a', 'b']);
    expect(await readFile(join(folder, 'b'), 'utf8')).toBe('b');
  });

  it('writes none when one cannot be written', async () => {
    const folder = await temporaryFolder();
    const files = [join(folder, 'a'), join(folder, 'missing', 'b')].map((path) => ({ path, data: 'x' }));
    await expect(writeOutputs(files, going)).rejects.toMatchObject({ code: 'file-unwritable' });
    expect(await contents(folder)).toEqual([]);
  });

  it('does not replace a file that appeared meanwhile', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'b'), 'theirs');
    const files = ['a', 'b'].map((name) => ({ path: join(folder, name), data: 'ours' }));
    await expect(writeOutputs(files, going)).rejects.toMatchObject({ code: 'file-exists' });
    expect(await contents(folder)).toEqual(['b']);
    expect(await readFile(join(folder, 'b'), 'utf8')).toBe('theirs');
  });

  it('leaves nothing when it is cancelled', async () => {
    const folder = await temporaryFolder();
    const files = [{ path: join(folder, 'a'), data: new Uint8Array(1000) }];
    const cancelled = { force: false, signal: AbortSignal.abort() };
    await expect(writeOutputs(files, cancelled)).rejects.toMatchObject({ code: 'aborted' });
    expect(await contents(folder)).toEqual([]);
  });

  it('makes what a file holds when it is written, one after the other, and leaves nothing when that fails', async () => {
    const folder = await temporaryFolder();
    const made: string[] = [];
    const file = (name: string) => ({
      path: join(folder, name),
      data: async () => {
        // The files before are complete, under other names.
        expect(await contents(folder)).toHaveLength(made.length);
        made.push(name);
        return name;
      },
    });
    await writeOutputs(['a', 'b'].map(file), going);
    expect(await readFile(join(folder, 'b'), 'utf8')).toBe('b');
    const broken = { path: join(folder, 'd'), data: () => Promise.reject<string>(new Error('no more')) };
    await expect(writeOutputs([file('c'), broken], going)).rejects.toThrow('no more');
    expect(await contents(folder)).toEqual(['a', 'b']);
  });

  it('replaces what a link points to, not the link', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'real'));
    await writeFile(join(folder, 'real', 'a'), 'old');
    await symlink(join('real', 'a'), join(folder, 'link'));
    await writeOutputs([{ path: join(folder, 'link'), data: 'new' }], { ...going, force: true });
    expect(await readFile(join(folder, 'real', 'a'), 'utf8')).toBe('new');
    expect(await contents(join(folder, 'real'))).toEqual(['a']);
  });
});

import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { binary, contents, temporaryFolder, type Finished } from './support.js';
import { tinyModel } from './tiny-model.js';

/** A method that never comes to an end, in the middle of a file and a folder that it told of as writers do. */
const endless = `
  import { channel } from 'node:diagnostics_channel';
  import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
  export default {
    kind: 'quantizer', api: 2, name: 'endless', roles: ['weight'], bits: { weight: [8] },
    fit() {
      const told = channel('lowbit:unfinished');
      told.publish('half');
      mkdirSync('half');
      told.publish('half/model.tmp');
      writeFileSync('half/model.tmp', 'part of a model');
      writeSync(2, 'computing');
      for (;;);
    },
  };`;

/** What a program that computes without a pause ends like, when these signals come at once. */
async function stoppedBy(...signals: readonly NodeJS.Signals[]): Promise<Finished & { left: string[] }> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'tiny.onnx'), tinyModel());
  await writeFile(join(folder, 'endless.mjs'), endless);
  const argv = ['quantize', 'tiny.onnx', '--plugin', './endless.mjs', '--weights', 'endless'];
  const child = spawn(process.execPath, [binary, ...argv], { cwd: folder });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text.stderr += part;
    if (part.includes('computing')) for (const signal of signals) child.kill(signal);
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, ...text, left: await contents(folder) };
}

describe('work that never looks up', () => {
  it.each([
    [130, ['SIGINT']],
    [143, ['SIGTERM']],
    [130, ['SIGINT', 'SIGINT']],
  ] as const)('ends with %d by %j and leaves no file', async (status, signals) => {
    const ended = await stoppedBy(...signals);
    expect(ended).toMatchObject({ status, stdout: '' });
    expect(ended.stderr).toContain('[aborted]');
    expect(ended.left).toEqual(['endless.mjs', 'tiny.onnx']);
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { npyBytes } from '@lowbit/data';
import { describe, expect, it } from 'vitest';

import type { QuantizeDocument } from '../src/commands/quantize-document.js';
import { contents, run, temporaryFolder } from './support.js';
import { tinyModel } from './tiny-model.js';

/** A weight whose few large values leave two bits to none of the others. */
const spiked = (index: number) => (index % 64 === 0 ? 0 : Math.sin(index)) * (index % 97 === 0 ? 9 : 1);

async function folderWith(value?: (index: number) => number) {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  await writeFile(at('tiny.onnx'), tinyModel(value === undefined ? {} : { value }));
  const inputs = Float32Array.from({ length: 40 * 64 }, (_, i) => Math.cos(i));
  await writeFile(at('x.npy'), npyBytes([40, 64], inputs));
  return { folder, at, quantize: (...argv: readonly string[]) => run('quantize', at('tiny.onnx'), ...argv) };
}

const documentOf = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout) as QuantizeDocument;

/** What stands in single quotes or is free of spaces. */
const wordsOf = (command: string) =>
  [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word).slice(1);

describe('the verdict', () => {
  it('is bad below 10 dB, and the commands that it names lead to a better one', async () => {
    const { at, quantize } = await folderWith(spiked);
    const first = await quantize(
      '--bits',
      '2',
      '--granularity',
      'tensor',
      '--report',
      at('r.html'),
      '--json',
    );
    const document = documentOf(first);
    expect(document.report.verdict).toMatchObject({
      grade: 'probably-unusable',
      by: 'weights',
      next: { bits: 4 },
    });
    expect(document.next).toContain('--bits 4');
    const page = await readFile(at('r.html'), 'utf8');
    expect(page).toContain('probably unusable: the quantized weights together keep');
    expect(page).toContain('--bits 4 --force');
    const second = documentOf(await run(...wordsOf(document.next!)));
    expect(second.report.verdict?.sqnrDb).toBeGreaterThan(document.report.verdict!.sqnrDb!);
    const { stdout } = await quantize('--bits', '2', '--granularity', 'tensor', '--force');
    expect(stdout).toContain('Verdict\n  probably unusable: ');
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^Next: {4}lowbit quantize .*tiny\.onnx .*--bits 4/);
  });

  it('is by the outputs with --calibrate, without --activations', async () => {
    const { at, quantize } = await folderWith();
    const done = documentOf(await quantize('--calibrate', at('x.npy'), '--json'));
    expect(done.report.verdict).toMatchObject({
      grade: 'probably-usable',
      by: 'outputs',
      outputs: { samples: 32, outputs: [{ name: 'y', nonFinite: 0 }] },
    });
    expect(done.data).toMatchObject({ source: 'data', paths: [at('x.npy')] });
    expect(done).not.toHaveProperty('calibration');
    const nearest = ['--bits', '1', '--rounding', 'nearest', '--no-correct-biases'];
    const bad = documentOf(await quantize('--calibrate', at('x.npy'), ...nearest, '--json'));
    expect(bad.report.verdict).toMatchObject({ grade: 'probably-unusable', by: 'outputs' });
    expect(bad.next).toContain(`--calibrate ${at('x.npy')}`);
    const better = await run(...wordsOf(bad.next!));
    expect(better.status, better.stderr).toBe(0);
  });

  it.each([
    ['--activations', 'dynamic'],
    ['--activations', 'min-max'],
  ])('of %s %s is that of what integers compute', async (...argv) => {
    const { at, quantize } = await folderWith();
    const { report } = documentOf(
      await quantize(...argv, '--integers', 'operators', '--calibrate', at('x.npy'), '--json'),
    );
    expect(report.verdict).toMatchObject({ grade: 'probably-usable', by: 'outputs' });
    expect(report.warnings).toEqual([]);
  });
});

describe('a result that is not smaller', () => {
  it('is not written, unless --allow-larger is given', async () => {
    const { folder, at } = await folderWith();
    const once = await run('quantize', at('tiny.onnx'), '--bits', '8');
    expect(once.status).toBe(0);
    const before = await contents(folder);
    // What is quantized already stays so: the biases alone would be left, which operators around them outweigh.
    const grown = [
      'quantize',
      at('tiny.onnx'),
      '--bits',
      '16',
      '--granularity',
      'group:2',
      '-o',
      at('g.onnx'),
    ];
    const refused = await run(...grown);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('[nothing-gained]');
    const [, command = ''] =
      /hint: {2}Try (lowbit .*); leave the model as it is; or give --allow-larger/.exec(refused.stderr) ?? [];
    expect(refused.stderr).toContain('w is left as it was: its quantized form would take 24821 bytes');
    expect(await contents(folder)).toEqual(before);
    const tried = documentOf(await run(...wordsOf(command), '--json'));
    expect(tried.report.verdict?.smaller).toBe(true);
    const allowed = await run(...grown, '--allow-larger', '--force', '--json');
    expect(allowed.status, allowed.stderr).toBe(0);
    expect(documentOf(allowed).report.verdict?.smaller).toBe(false);
    expect(await contents(folder)).toContain('g.onnx');
  });
});

describe('the last line', () => {
  it.each([
    [['inspect'], /^Next: {4}lowbit quantize .*tiny\.onnx$/],
    [
      ['quantize'],
      /^Next: {4}const session = await ort\.InferenceSession\.create\("[^"]*\/tiny_q8\.onnx"\);$/,
    ],
  ])('of %s says what to do next', async ([command = ''], line) => {
    const { at } = await folderWith();
    const { stdout } = await run(command, at('tiny.onnx'));
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(line);
  });

  it('of compare and methods says it too', async () => {
    const { at, quantize } = await folderWith();
    await quantize();
    const files = [at('tiny.onnx'), at('tiny_q8.onnx')];
    const random = await run('compare', ...files, '--rounds', '0');
    expect(random.stdout.trimEnd()).toMatch(/Next: {4}lowbit compare .* --calibrate PATH, with real inputs$/);
    const real = await run('compare', ...files, '--rounds', '0', '--input', at('x.npy'));
    expect(real.stdout.trimEnd()).toMatch(/Next: {4}.*tiny_q8\.onnx can be loaded in place of .*tiny\.onnx$/);
    expect((await run('methods')).stdout.trimEnd()).toMatch(
      /\nNext: {4}lowbit quantize MODEL --weights NAME/,
    );
  });
});

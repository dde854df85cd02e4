import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';
import { kerasCases } from './cases.js';

const entry = new URL('../dist/bundle/index.js', import.meta.url);

it('the examples of the README run as they are', async () => {
  const page = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [plain, hooks, quantized, , files] = [...page.matchAll(/```js\n([^]*?)```/g)].map(
    ([, code]) => code!,
  );
  const cases = await kerasCases('older');
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-keras-'));
  const run = async (code: string, file: Uint8Array) => {
    await writeFile(join(folder, 'model.keras'), file);
    const start = `import { readFile } from 'node:fs/promises';\nconst bytes = await readFile('model.keras');\n`;
    const local = code
      .replace("'@lowbit/keras'", `'${entry.href}'`)
      .replace("'@lowbit/keras/register'", `'${new URL('register.js', entry).href}'`)
      .replace("'@lowbit/core'", `'${import.meta.resolve('@lowbit/core')}'`)
      .replace("'@lowbit/tfjs-format'", `'${import.meta.resolve('@lowbit/tfjs-format')}'`);
    await writeFile(join(folder, 'example.mjs'), start + local);
    const env = { ...process.env, FORCE_COLOR: '0' };
    return spawnSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8', env });
  };
  const printed = await run(plain!, cases.get('float16')!.get('model.keras')!);
  expect(printed.stderr).toBe('');
  expect(printed.stdout).toContain('conv/kernel [ 3, 2, 3, 4 ] Float32Array(72)');
  const float16 = cases.get('float16')!.get('model.keras')!;
  const told = 'console.log(model.plans.length, report.weights.length);';
  expect((await run(`${quantized!}\n${told}`, float16)).stdout).toBe('1 2\n');
  const written = await run(
    `${files!}\nconsole.log(json.length > 1000, shards.length);`,
    cases.get('float16')!.get('model.keras')!,
  );
  expect(written.stdout).toBe('true 1\n');
  const imported = plain!.split('\n')[0]!;
  for (const name of ['custom', 'lambda'])
    expect(await run(`${imported}\n${hooks}`, cases.get(name)!.get('model.h5')!)).toMatchObject({
      status: 0,
      stderr: '',
    });
  await rm(folder, { recursive: true });
});

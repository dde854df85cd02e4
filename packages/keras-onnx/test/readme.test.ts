import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ownCases } from './support.js';

const entries = ['@lowbit/keras', '@lowbit/keras/register', '@lowbit/core'];
const own = new URL('../dist/bundle/index.js', import.meta.url).href;

it('the examples of the README run as they are', async () => {
  const page = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const cases = ownCases;
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-keras-onnx-'));
  await writeFile(join(folder, 'model.keras'), cases.get('large_pictures_3')!.get('model.keras')!);
  const examples = [...page.matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code!);
  const lengths: number[] = [];
  for (const code of examples) {
    const local = entries.reduce(
      (text, name) => text.replace(`'${name}'`, `'${import.meta.resolve(name)}'`),
      code.replace("'@lowbit/keras-onnx'", `'${own}'`),
    );
    const start = `import { readFile } from 'node:fs/promises';\nconst file = await readFile('model.keras');\n`;
    await writeFile(
      join(folder, 'example.mjs'),
      `${start}${local}\nprocess.stdout.write(String(bytes.length));`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, ['example.mjs'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    lengths.push(Number(stdout));
  }
  await rm(folder, { recursive: true });
  const [float, packed] = lengths;
  expect(examples).toHaveLength(2);
  expect(packed).toBeLessThan(0.5 * float!);
});

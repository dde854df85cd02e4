import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { expect, it } from 'vitest';

import { fixture, newFolder } from './support.js';

const page = fileURLToPath(new URL('../README.md', import.meta.url));

it('the examples of the README run as they are', async () => {
  const [fromDisk, fromFiles] = [...(await readFile(page, 'utf8')).matchAll(/```js\n([^]*?)```/g)].map(
    ([, code]) => code,
  );
  const folder = await newFolder();
  // What is printed is compared, so in no colours, whatever those of the test are.
  const env = { ...process.env, FORCE_COLOR: '0' };
  await mkdir(join(folder, 'photos'));
  for (const name of ['rgb.png', 'full-color.jpg'])
    await copyFile(fixture(name), join(folder, 'photos', name));
  const entry = (name: string) =>
    pathToFileURL(fileURLToPath(new URL(`../dist/bundle/${name}`, import.meta.url)));
  const run = async (code = '') => {
    const file = join(folder, 'example.mjs');
    const local = code.replace("'@lowbit/data/node'", `'${entry('node/index.js')}'`);
    await writeFile(
      file,
      `import { File } from 'node:buffer';\n${local.replace("'@lowbit/data'", `'${entry('index.js')}'`)}`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, [file], { cwd: folder, encoding: 'utf8', env });
    expect(stderr).toBe('');
    return stdout;
  };
  expect(await run(fromDisk)).toBe('[ 1, 3, 96, 96 ] 27648\n'.repeat(2));
  expect(await run(fromFiles)).toContain('0.5, 1, 1.5, 2');
});

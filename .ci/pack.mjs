// Packs every public package into a folder: node .ci/pack.mjs FOLDER
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = resolve(process.env['INIT_CWD'] ?? '.', process.argv[2] ?? 'tarballs');
mkdirSync(folder, { recursive: true });
const workspaces = readdirSync('packages').map((name) => `--workspace=packages/${name}`);
const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder, ...workspaces];
const { status } = spawnSync('npm', args, { stdio: 'inherit', shell: process.platform === 'win32' });
if (status === 0) console.log(`Packed into ${folder}`);
process.exit(status ?? 1);

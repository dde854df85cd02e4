// Installs the locked dependencies when they are missing or out of date; otherwise does nothing.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`lowbit needs Node 20.19 or later; this is ${process.version}.`);
  process.exit(1);
}

const stamp = 'node_modules/.lowbit-setup';
const wanted = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) process.exit(0);

// Standard output belongs to what runs after this: it may be one JSON document.
console.error('Installing dependencies (npm ci) …');
const install = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
  stdio: ['inherit', 2, 2],
  shell: process.platform === 'win32',
});
if (install.status !== 0) process.exit(install.status ?? 1);
writeFileSync(stamp, wanted);

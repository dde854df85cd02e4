import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPython, type Tell } from '@lowbit/e2e-real-models/proof';
import type { Packed } from '../files/golden.js';

const script = fileURLToPath(new URL('../../python/architectures.py', import.meta.url));
const out = fileURLToPath(new URL('../../out', import.meta.url));

/** A model of Keras, the files that hold it, and what Keras computes with it. */
export interface Architecture {
  readonly name: string;
  /** `.keras` first. */
  readonly files: readonly string[];
  readonly version: string;
  readonly parameters: number;
  readonly inputs: Packed;
  /** Before the final softmax. */
  readonly outputs: Packed;
  /** The least and the largest variance of what a layer with a kernel gives. */
  readonly variances: readonly [number, number];
}

const names = [
  'mobilenet-v2',
  'mobilenet-v3',
  'resnet50',
  'efficientnet-b0',
  'bidirectional-lstm',
  'transformer',
  'u-net',
];

/** The models that the script builds, or why there are none. They are made once for each version of the script. */
export function makeArchitectures(tell: Tell): readonly Architecture[] | { readonly missing: string } {
  const digest = createHash('sha256').update(readFileSync(script)).digest('hex').slice(0, 8);
  const folder = join(out, `architectures-${digest}`);
  if (!existsSync(folder)) {
    const python = findPython(['keras', 'tensorflow'], 'pip install keras tensorflow');
    if ('missing' in python) return python;
    tell('Keras builds the models');
    const part = `${folder}.part`;
    rmSync(part, { recursive: true, force: true });
    const { status, stderr } = spawnSync(python.path, [script, part], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    renameSync(part, folder);
  }
  return names.map((name) => {
    const golden = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Architecture;
    const files = ['keras', 'h5'].map((ending) => join(folder, `${name}.${ending}`)).filter(existsSync);
    return { ...golden, name, files };
  });
}

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqnrDb } from '@lowbit/e2e-real-models';
import {
  findPython,
  gate,
  gateAtMost,
  type Gate,
  type Part,
  type Python,
  type Row,
} from '@lowbit/e2e-real-models/proof';
import { halve } from './halve.js';
import { type Net, nets } from './nets.js';
import { script } from './python.js';

/** Decibels under the better converter of Python. */
const mostUnder = 0.5;

/** Nets that others trained, in float16 by lowbit and by both converters of Python. */
export const netsPart: Part = {
  name: 'nets',
  async measure(tell) {
    const modules = ['onnx', 'onnxconverter_common', 'onnxruntime'];
    const python = findPython(modules, 'pip install onnx onnxconverter-common onnxruntime');
    const measured: Measured[] = [];
    for (const net of nets) {
      tell(net.name);
      measured.push(await measureNet(net, python));
    }
    return {
      name: 'nets',
      title: 'Nets that others trained, in float16, run in onnxruntime-web 1.30 on WebAssembly',
      rows: measured.map(({ row }) => row),
      gates: measured.flatMap(({ gates }) => gates),
      skipped: 'missing' in python ? [`the converters of Python: ${python.missing}`] : [],
    };
  },
};

interface Measured {
  readonly row: Row;
  readonly gates: readonly Gate[];
}

async function measureNet({ name, least, load, run }: Net, python: Python): Promise<Measured> {
  const bytes = await load();
  const float = await run(bytes);
  const half = (await halve(bytes)).bytes;
  const given = await run(half);
  const db = sqnrDb(float.outputs, given.outputs);
  const kept = float.kept?.(given);
  const theirs: Record<string, number> = {};
  for (const [converter, made] of 'missing' in python ? [] : await convert(bytes, python.path))
    theirs[converter] = await run(made).then(
      ({ outputs }) => sqnrDb(float.outputs, outputs),
      () => -Infinity,
    );
  const better = Math.max(...Object.values(theirs));
  const isHeld = least === undefined && Number.isFinite(better);
  const told = Object.entries(theirs).map(([converter, value]) => [`${converter} (dB)`, wordOf(value)]);
  return {
    row: {
      net: name,
      bytes: bytes.length,
      float16: half.length,
      'dB of float': db,
      ...Object.fromEntries(told),
    },
    gates: [
      gateAtMost(`${name}: bytes of float's`, half.length / bytes.length, 1),
      ...(least === undefined ? [] : [gate(`${name}: dB of float`, db, least)]),
      ...(kept === undefined ? [] : [gate(`${name}: answers of float, and no others`, kept, 1)]),
      ...(isHeld ? [gate(`${name}: dB over the better converter of Python`, db - better, -mostUnder)] : []),
    ],
  };
}

const wordOf = (db: number): string | number => (db === -Infinity ? 'does not load' : db);

/** What both converters make of a model; what one does not write does not load. */
async function convert(bytes: Uint8Array, python: string) {
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-float16-'));
  try {
    await writeFile(join(folder, 'float.onnx'), bytes);
    spawnSync(python, [script, 'convert', join(folder, 'float.onnx'), folder], { stdio: 'ignore' });
    const made = ['common', 'runtime'].map(async (name) => {
      const path = join(folder, `${name}.onnx`);
      return [name, existsSync(path) ? new Uint8Array(await readFile(path)) : new Uint8Array()] as const;
    });
    return await Promise.all(made);
  } finally {
    await rm(folder, { recursive: true });
  }
}

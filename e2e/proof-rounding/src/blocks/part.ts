import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { quantize, type Batch, type Recipe } from '@lowbit/core';
import { writeNpz } from '@lowbit/e2e-proof-onnx';
import { sqnrDb } from '@lowbit/e2e-real-models';
import { findPython, gate, type Gate, type Part, type Row, type Tell } from '@lowbit/e2e-real-models/proof';
import { onnx } from '@lowbit/onnx';
import { registry } from '@lowbit/onnx/register';
import * as ort from 'onnxruntime-web/wasm';
import { blockSubjects, type BlockSubject } from './subjects.js';

const script = fileURLToPath(new URL('../../quantize_blocks.py', import.meta.url));
const out = fileURLToPath(new URL('../../out/blocks/', import.meta.url));
/** Of Python's `MatMulNBitsQuantizer`. */
const configurations = ['default', 'symmetric', 'hqq', 'k-quant', 'rtn', 'gptq'] as const;
/** Theirs may be more by this part and still be of equal bytes. */
const mostMore = 0.005;
/** Decibels that the best of ours may be under the best of theirs, and over them at best. */
const [mostUnder, goal] = [0.1, 2];

const recipe: Recipe = { registry, bits: 4, granularity: 'group:32', includeOps: ['MatMul'] };

/** A file with 4 bits in blocks of 32, and how far outputs on test inputs keep to float's. */
interface Made {
  readonly by: string;
  readonly bytes: number;
  readonly sqnrDb: number;
}

/** 4 bits in blocks of 32 beside every configuration of Python's onnxruntime that runs, on trained transformers. */
export const blocksPart: Part = {
  name: 'blocks',
  async measure(tell) {
    const section = { name: 'blocks', title: "4 bits in blocks of 32 beside Python's MatMulNBits" };
    const python = findPython(['onnx', 'onnxruntime'], 'pip install onnx onnxruntime onnx_ir torch');
    if ('missing' in python) return { ...section, rows: [], gates: [], skipped: [python.missing] };
    mkdirSync(out, { recursive: true });
    const rows: Row[] = [];
    const gates: Gate[] = [];
    const skipped: string[] = [];
    for (const subject of blockSubjects) {
      const missing = subject.missing();
      if (missing !== undefined) {
        skipped.push(`${subject.name}: ${missing}`);
        continue;
      }
      const { theirs, ours, failed } = await measureSubject(subject, python.path, tell);
      rows.push(...[...theirs, ...ours].map((made) => ({ model: subject.name, ...made })));
      gates.push(...gatesOf(subject, ours, theirs));
      skipped.push(...failed);
    }
    return { ...section, rows, gates, skipped };
  },
};

/** All files of a network; configurations that do not run, and files that do not load, with the reason. */
async function measureSubject(subject: BlockSubject, python: string, tell: Tell) {
  const float = await subject.load(tell);
  const expected = await subject.outputs(float);
  const judge = async (by: string, bytes: Uint8Array): Promise<Made> => ({
    by,
    bytes: bytes.length,
    sqnrDb: sqnrDb(expected, await subject.outputs(bytes)),
  });
  const theirs: Made[] = [];
  const failed: string[] = [];
  for (const configuration of configurations) {
    tell(`${subject.name}: ${configuration}`);
    const made = madeByPython(python, configuration, float, subject.calibration());
    const judged =
      typeof made === 'string' ? made : await judge(`Python, ${configuration}`, made).catch(String);
    if (typeof judged === 'string') failed.push(`${subject.name}, ${configuration}: ${judged}`);
    else theirs.push(judged);
  }
  tell(`${subject.name}: lowbit`);
  const ours = [
    await judge('lowbit, nearest', await madeByUs(float, {})),
    await judge('lowbit, data', await madeByUs(float, { data: subject.calibration() })),
  ];
  return { theirs, ours, failed };
}

function gatesOf({ name }: BlockSubject, ours: readonly Made[], theirs: readonly Made[]): readonly Gate[] {
  const best = (made: readonly Made[]) => Math.max(...made.map(({ sqnrDb: db }) => db));
  const most = Math.max(...ours.map(({ bytes }) => bytes));
  const least = Math.min(...theirs.filter(({ by }) => by !== 'Python, symmetric').map(({ bytes }) => bytes));
  return [
    gate(`${name}: dB over the best of Python's`, best(ours) - best(theirs), -mostUnder, goal),
    gate(
      `${name}: bytes of the smallest of Python's with zero points over ours`,
      least / most,
      1 / (1 + mostMore),
    ),
  ];
}

async function madeByUs(float: Uint8Array, data: Pick<Recipe, 'data'>): Promise<Uint8Array> {
  const port = onnx(float, { ort, optimize: 'memory' });
  return (await quantize(port, { ...recipe, ...data }, { measure: false })).model.bytes;
}

/** The file, or why there is none. */
function madeByPython(
  python: string,
  configuration: string,
  float: Uint8Array,
  calibration: readonly Batch[],
): Uint8Array | string {
  const [source, result] = ['float.onnx', `${configuration}.onnx`].map((name) => join(out, name)) as [
    string,
    string,
  ];
  writeFileSync(source, float);
  const paths = calibration.map((batch, at) => {
    const path = join(out, `calibration-${at}.npz`);
    writeNpz(path, batch);
    return path;
  });
  const { status, stderr } = spawnSync(python, [script, configuration, source, result, ...paths], {
    encoding: 'utf8',
  });
  return status === 0
    ? new Uint8Array(readFileSync(result))
    : (stderr.trim().split('\n').at(-1) ?? 'no reason');
}

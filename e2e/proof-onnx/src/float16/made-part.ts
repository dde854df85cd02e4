import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { sqnrDb } from '@lowbit/e2e-real-models';
import { findPython, gate, gateAtMost, type Gate, type Part, type Row } from '@lowbit/e2e-real-models/proof';
import { ModelProtoSchema, TensorProto_DataType as DataType } from 'onnx-buf';
import { runMade } from '../structures/run-made.js';
import { halve } from './halve.js';
import { type MadeGraph, madeGraphs } from './made-graphs.js';
import { plainRuns } from './plain-runs.js';
import { script } from './python.js';

/** Decibels of float that a small graph keeps. */
const least = 50;

/**
 * Made graphs, on WebAssembly and, as that computes float16 in float32, in the reference of the standard for Python, where each operator
 * computes in its own type.
 */
export const madePart: Part = {
  name: 'made',
  async measure(tell) {
    const python = findPython(['onnx', 'numpy'], 'pip install onnx numpy');
    const rows: Row[] = [];
    const gates: Gate[] = [];
    for (const made of madeGraphs()) {
      tell(made.name);
      const { bytes: half, report } = await halve(made.bytes);
      const again = (await halve(half)).bytes;
      const expected = await runMade(made.bytes, made.runs);
      const db = sqnrDb(expected, await runMade(half, made.runs));
      const reference = 'missing' in python ? undefined : await inReference(half, made.runs, python.path);
      const inTypes = reference && sqnrDb(expected, reference);
      rows.push({
        graph: made.name,
        bytes: made.bytes.length,
        float16: half.length,
        nodes: report.nodes,
        kept: report.kept.length,
        'dB of float': db,
        ...(inTypes === undefined ? {} : { 'each operator in its type (dB)': inTypes }),
      });
      gates.push(
        gate(`${made.name}: dB of float`, db, least),
        gate(`${made.name}: nodes in float16`, report.nodes, 1),
        gateAtMost(`${made.name}: operators in float16 that must not be`, wronglyHalf(made, half), 0),
        gateAtMost(`${made.name}: bytes that a second run changes`, difference(half, again), 0),
        ...(inTypes === undefined
          ? []
          : [gate(`${made.name}: dB of float, each operator in its type`, inTypes, least)]),
      );
    }
    return {
      name: 'made',
      title: 'Graphs with what float16 goes wrong on',
      rows,
      gates,
      skipped: 'missing' in python ? [`each operator in its type: ${python.missing}`] : [],
    };
  },
};

/** Nodes that take a value which a cast makes float16, and are none of those that may. */
function wronglyHalf({ full = [] }: MadeGraph, bytes: Uint8Array): number {
  const { node = [], initializer = [] } = fromBinary(ModelProtoSchema, bytes).graph ?? {};
  const halves = new Set(
    initializer.flatMap(({ name, dataType }) => (dataType === DataType.FLOAT16 ? [name] : [])),
  );
  let wrong = 0;
  for (const { opType, input, output, attribute } of node) {
    const to = attribute.find(({ name }) => name === 'to')?.i;
    const isHalf =
      to === undefined ? input.some((name) => halves.has(name)) : Number(to) === DataType.FLOAT16;
    if (isHalf) output.forEach((name) => halves.add(name));
    if (isHalf && full.includes(opType)) wrong++;
  }
  return wrong;
}

const difference = (one: Uint8Array, other: Uint8Array): number =>
  Math.abs(one.length - other.length) + one.reduce((sum, byte, at) => sum + (byte === other[at] ? 0 : 1), 0);

async function inReference(
  bytes: Uint8Array,
  runs: MadeGraph['runs'],
  python: string,
): Promise<readonly Float32Array[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-float16-'));
  try {
    const [model, feeds] = [join(folder, 'half.onnx'), join(folder, 'feeds.json')];
    await writeFile(model, bytes);
    await writeFile(feeds, plainRuns(runs));
    const { status, stdout, stderr } = spawnSync(python, [script, 'run', model, feeds], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (status !== 0) throw new Error(stderr.slice(-500));
    return (JSON.parse(stdout) as (number | null)[][]).map((run) =>
      Float32Array.from(run, (one) => one ?? NaN),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

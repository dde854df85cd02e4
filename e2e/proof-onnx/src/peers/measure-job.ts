import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defined, sizeOf } from '@lowbit/core/adapter';
import { onnx } from '@lowbit/onnx';
import { median, packageFile } from '@lowbit/e2e-real-models';
import type { Row, Tell } from '@lowbit/e2e-real-models/proof';
import type { PeerJob } from './jobs.js';
import { nativeRuntime } from './native-runtime.js';
import { writeNpz } from './npz.js';
import type { TimedCommands } from './time-commands.js';

const child = fileURLToPath(new URL('quantize-child.js', import.meta.url));
const timer = fileURLToPath(new URL('time-commands.js', import.meta.url));
const script = fileURLToPath(new URL('../../python/quantize.py', import.meta.url));

/** One side's result. */
interface Side {
  readonly bytes: number;
  readonly sqnrDb: number;
  readonly seconds: number;
}

export interface PeerResult {
  readonly row: Row;
  readonly lowbit: Side;
  readonly python: Side;
}

/** Quantizes one model in processes of lowbit and of Python, in turns, and runs both results in onnxruntime-web. */
export async function measureJob(job: PeerJob, python: string, tell: Tell): Promise<PeerResult> {
  const native = job.runtime === 'onnxruntime-node' ? nativeRuntime(tell) : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-peers-'));
  try {
    const float = await job.load();
    const at = (name: string) => join(folder, name);
    await writeFile(at('float.onnx'), float);
    const batches = job.calibration().map((batch, index) => {
      writeNpz(at(`${index}.npz`), batch);
      return at(`${index}.npz`);
    });
    const given = (result: string) => [job.kind, at('float.onnx'), at(result), ...batches];
    const commands = {
      lowbit: [process.execPath, ...lowbitCommand(job, at, given('lowbit.onnx'))],
      python: [python, script, ...given('python.onnx')],
    };
    tell(`${job.kind} of ${job.model}`);
    const times = timesOf({ commands, rounds: job.rounds }, native);
    const result = async (side: Name): Promise<Side> => {
      const bytes = new Uint8Array(await readFile(at(`${side}.onnx`)));
      return { bytes: bytes.length, sqnrDb: await job.sqnr(float, bytes), seconds: median(times[side]) };
    };
    const runtime = native === undefined ? 'onnxruntime-web' : 'onnxruntime-node';
    const weights = await weightsOf(float);
    return resultOf(job, job.runtime && runtime, weights, await result('lowbit'), await result('python'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function lowbitCommand(
  { commandLine }: PeerJob,
  at: (name: string) => string,
  given: readonly string[],
): readonly string[] {
  if (commandLine === undefined) return [child, ...given];
  const files = [at('float.onnx'), '-o', at('lowbit.onnx'), '--force'];
  return [packageFile('lowbit', 'bin/lowbit.js'), 'quantize', ...files, ...commandLine];
}

/** Number of weights in a file; both sides divide the bytes of their whole file by it. */
async function weightsOf(float: Uint8Array): Promise<number> {
  const layers = await onnx(float).layers();
  const sizes = new Map(layers.flatMap(({ weights }) => weights.map(({ id, shape }) => [id, sizeOf(shape)])));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

type Name = 'lowbit' | 'python';

/** Seconds of each start. */
function timesOf(timed: TimedCommands, native: string | undefined): Record<Name, number[]> {
  // Where certificates are named, Node reads them before it runs anything; nothing here opens a connection.
  const env = {
    ...process.env,
    NODE_EXTRA_CA_CERTS: undefined,
    LOWBIT_ORT: native ?? 'onnxruntime-web',
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [timer, JSON.stringify(timed)], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<Name, number[]>;
}

function resultOf(
  { kind, model, commandLine }: PeerJob,
  runtime: PeerJob['runtime'],
  weights: number,
  lowbit: Side,
  python: Side,
): PeerResult {
  const row = {
    kind,
    model,
    ...defined({ runtime, options: commandLine?.join(' ') }),
    lowbitBytes: lowbit.bytes,
    pythonBytes: python.bytes,
    lowbitBitsPerWeight: (8 * lowbit.bytes) / weights,
    pythonBitsPerWeight: (8 * python.bytes) / weights,
    lowbitSqnrDb: lowbit.sqnrDb,
    pythonSqnrDb: python.sqnrDb,
    lowbitSeconds: lowbit.seconds,
    pythonSeconds: python.seconds,
    faster: python.seconds / lowbit.seconds,
  };
  return { row, lowbit, python };
}

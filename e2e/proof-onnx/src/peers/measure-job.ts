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
import { timeCommands, type Time, type Timed } from './time-commands.js';

const child = fileURLToPath(new URL('quantize-child.js', import.meta.url));
const script = fileURLToPath(new URL('../../python/quantize.py', import.meta.url));

/** One side's result. */
interface Side extends Time {
  readonly bytes: number;
  readonly sqnrDb: number;
}

export interface PeerResult {
  readonly job: PeerJob;
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
    const times = timesOf(python, { commands, rounds: job.rounds }, native);
    const result = async (side: Name): Promise<Side> => {
      const bytes = new Uint8Array(await readFile(at(`${side}.onnx`)));
      const middle = (of: keyof Time) => median(times[side].map((time) => time[of]));
      const taken = { seconds: middle('seconds'), cpu: middle('cpu') };
      return { bytes: bytes.length, sqnrDb: await job.sqnr(float, bytes), ...taken };
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

function timesOf(python: string, timed: Timed<Name>, native: string | undefined): Record<Name, Time[]> {
  // Where certificates are named, Node reads them before it runs anything; nothing here opens a connection.
  return timeCommands(python, timed, {
    ...process.env,
    NODE_EXTRA_CA_CERTS: undefined,
    LOWBIT_ORT: native ?? 'onnxruntime-web',
  });
}

function resultOf(
  job: PeerJob,
  runtime: PeerJob['runtime'],
  weights: number,
  lowbit: Side,
  python: Side,
): PeerResult {
  const { kind, model, commandLine } = job;
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
    lowbitCpuSeconds: lowbit.cpu,
    pythonCpuSeconds: python.cpu,
    lessCpu: python.cpu / lowbit.cpu,
  };
  return { job, row, lowbit, python };
}

import { findPython, gate, type Gate, type Part } from '@lowbit/e2e-real-models/proof';
import { defaultJobs, limitJobs, peerJobs, type PeerJob } from './jobs.js';
import { measureJob, type PeerResult } from './measure-job.js';
import { versionsOf } from './versions.js';

/** Bytes count as equal up to here: names and metadata differ. */
const mostBytes = 1.02;
const installation = 'pip install onnx onnxruntime onnx_ir sympy';
/** Decibels that the order of float operations decides between grids that are the same. */
const rounding = 0.05;
/** Decibels between grids of 8 bits that are not the same, behind integers of the activations that are. */
const grids = 0.2;

/** The same files and calibration data through Python's onnxruntime: bytes, accuracy, time of the whole process. */
export const peersPart = comparison(
  'peers',
  'Against the quantizers of Python onnxruntime, whole processes in turns',
  peerJobs,
  gatesOfTime(3, 5),
);

/** The same by the command line, which searches the grids of weights and measures errors. */
export const defaultsPart = comparison(
  'defaults',
  'The command line with its defaults, errors measured, against the same, medians of whole processes in turns',
  defaultJobs,
  ({ lowbit, python, ...result }) => [
    gate(`${nameOf(result)}: times less of processors than Python`, python.cpu / lowbit.cpu, 1, 2),
  ],
  grids,
);

/** The same where less can be expected of the time. */
export const limitsPart = comparison(
  'limits',
  'The same with calibration on WebAssembly against native code, and with a file four times as large',
  limitJobs,
  () => [],
);

function comparison(
  name: string,
  title: string,
  jobsOf: () => PeerJob[],
  more: (result: PeerResult) => Gate[],
  mostLost = rounding,
): Part {
  return {
    name,
    async measure(tell) {
      const python = findPython(['numpy', 'onnx', 'onnxruntime', 'onnx_ir', 'sympy'], installation);
      const jobs = jobsOf();
      if ('missing' in python) {
        const skipped = jobs.map(({ kind, model }) => `${kind} of ${model}: ${python.missing}`);
        return { name, title, rows: [], gates: [], skipped };
      }
      const results: PeerResult[] = [];
      for (const job of jobs) results.push(await measureJob(job, python.path, tell));
      const gates = results.flatMap((result) => [...more(result), ...gatesOfResults(result, mostLost)]);
      const versions = versionsOf(python.path, ['onnxruntime', 'onnx', 'numpy']);
      const rows = results.map(({ row }) => row);
      return { name, title: `${title} (${versions})`, rows, gates, skipped: [] };
    },
  };
}

function gatesOfTime(least: number, goal: number): (result: PeerResult) => Gate[] {
  return (result) => {
    const { lowbit, python } = result;
    return [
      gate(`${nameOf(result)}: times faster than Python`, python.seconds / lowbit.seconds, least, goal),
    ];
  };
}

function gatesOfResults(result: PeerResult, mostLost: number): Gate[] {
  const { job, lowbit, python } = result;
  const name = nameOf(result);
  const accuracy = gate(`${name}: SQNR above Python's (dB)`, lowbit.sqnrDb - python.sqnrDb, -mostLost);
  const size = gate(`${name}: Python's bytes over lowbit's`, python.bytes / lowbit.bytes, 1 / mostBytes);
  return job.mayBeLarger === true ? [accuracy] : [accuracy, size];
}

function nameOf({ row }: Pick<PeerResult, 'row'>): string {
  const { kind, model, runtime, options } = row as Readonly<Record<string, string>>;
  const given = options === undefined ? '' : `, ${options}`;
  return `${kind} of ${model}${runtime === undefined ? '' : `, calibrated in ${runtime}`}${given}`;
}

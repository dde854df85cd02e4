import { gate, type Gate } from '../gate.js';
import type { Part } from '../section.js';
import { peerJobs } from './jobs.js';
import { measureJob, type PeerResult } from './measure-job.js';
import { findPython } from './python.js';

/** Bytes count as equal up to here: names and metadata differ. */
const mostBytes = 1.02;
/** Decibels that the order of float operations decides between grids that are the same. */
const rounding = 0.05;

/** The same files and calibration data through Python's onnxruntime: bytes, accuracy, time of the whole process. */
export const peersPart: Part = {
  name: 'peers',
  async measure(tell) {
    const title = 'Against the quantizers of Python onnxruntime, whole processes in turns';
    const python = findPython();
    const jobs = peerJobs();
    if ('missing' in python) {
      const skipped = jobs.map(({ kind, model }) => `${kind} of ${model}: ${python.missing}`);
      return { name: 'peers', title, rows: [], gates: [], skipped };
    }
    const results: PeerResult[] = [];
    for (const job of jobs) results.push(await measureJob(job, python.path, tell));
    const rows = results.map(({ row }) => row);
    return { name: 'peers', title, rows, gates: results.flatMap(gatesOf), skipped: [] };
  },
};

function gatesOf({ row, lowbit, python, timed }: PeerResult): Gate[] {
  const { kind, model, runtime } = row as Readonly<Record<string, string>>;
  const name = `${kind} of ${model}${runtime === undefined ? '' : `, calibrated in ${runtime}`}`;
  return [
    ...(timed ? [gate(`${name}: times faster than Python`, python.seconds / lowbit.seconds, 3, 5)] : []),
    gate(`${name}: SQNR above Python's (dB)`, lowbit.sqnrDb - python.sqnrDb, -rounding),
    gate(`${name}: Python's bytes over lowbit's`, python.bytes / lowbit.bytes, 1 / mostBytes),
  ];
}

import { percentile } from '@lowbit/baselines';
import { timePair, type TaskResult } from '@lowbit/e2e-real-models';
import { onnx, type IntegerForm } from '@lowbit/onnx';
import * as ort from 'onnxruntime-web/wasm';
import { gate, type Gate, type Part, type Row, type Tell } from '@lowbit/e2e-real-models/proof';
import { quantizeIntegers } from './quantize-integers.js';
import { integerSubjects, type IntegerSubject } from './subjects.js';

/** Pairs of runs that the medians are taken over. */
const rounds = 25;

/** One value in a million is clipped: the largest ones cost all others accuracy. */
const percent = 99.9999;

/** Static 8-bit integers on WebAssembly, one thread, against float. Gates are on the form that is meant for speed. */
export const integersPart: Part = {
  name: 'integers',
  async measure(tell) {
    const measured = [];
    for (const subject of integerSubjects) measured.push(...(await measureSubject(subject, tell)));
    return {
      name: 'integers',
      title: 'Static 8-bit integers in onnxruntime-web 1.30, WebAssembly, one thread',
      rows: measured.map(({ row }) => row),
      gates: measured.flatMap(({ gates }) => gates),
      skipped: [],
    };
  },
};

interface Measured {
  readonly row: Row;
  readonly gates: readonly Gate[];
}

async function measureSubject(subject: IntegerSubject, tell: Tell): Promise<Measured[]> {
  const { name, task, calibration } = subject;
  tell(`${name} in floats`);
  const bytes = await task.load();
  const float = await task.run(bytes);
  const batches = calibration();
  const measured: Measured[] = [];
  for (const form of ['operators', 'qdq'] as const) {
    tell(`${name}, ${form}`);
    const port = onnx(bytes, { ort, integers: form });
    const observed = await port.observe!(batches);
    const recipe = {
      activations: percentile({ percent }),
      weights: 'least-squares',
      rest: subject.rest,
      biases: batches,
    } as const;
    const quantized = await quantizeIntegers(port, recipe, observed, { capture: 'once' });
    measured.push(await compareForms(subject, form, { bytes, float, quantized: quantized.bytes }));
  }
  return measured;
}

interface Pair {
  readonly bytes: Uint8Array;
  readonly float: TaskResult;
  readonly quantized: Uint8Array;
}

async function compareForms(
  { name, task }: IntegerSubject,
  form: IntegerForm,
  { bytes, float, quantized }: Pair,
): Promise<Measured> {
  const { sqnrDb, kept, confirmed = 1, summary } = task.compare(float, await task.run(quantized));
  const { floatMs, quantizedMs, speedup } = await timePair(task, bytes, quantized, rounds);
  const row = { model: name, form, floatBytes: bytes.length, bytes: quantized.length, sqnrDb, kept: summary };
  const gates = [
    gate(`speed of ${name} in integers over float`, speedup, 1.3, 1.5),
    gate(`SQNR of ${name} in integers (dB)`, sqnrDb, 20),
    gate(`share of float's answers that ${name} keeps`, kept, 1),
    gate(`share of the answers of ${name} that float gives too`, confirmed, 1),
  ];
  return {
    row: { ...row, floatMs, integerMs: quantizedMs, speedup },
    gates: form === 'operators' ? gates : [],
  };
}

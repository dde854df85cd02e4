import {
  applyPlan,
  makePlan,
  quantize,
  type Batch,
  type ModelPort,
  type Quantized,
  type Recipe,
} from '@lowbit/core';
import { budget } from '@lowbit/core/policy';
import type { TaskResult } from '@lowbit/e2e-real-models';
import type { Row, Tell } from '@lowbit/e2e-real-models/proof';
import { registry } from '@lowbit/onnx/register';
import { type Method, methodsAt, nearest } from './methods.js';
import type { Subject } from './subjects.js';

/** What a method came to at a width. */
export interface Measured {
  readonly method: string;
  readonly bits: number;
  readonly bytes: number;
  /** Of the outputs, on inputs that were not calibrated on. */
  readonly sqnrDb: number;
  /** More than nearest has. */
  readonly gainDb: number;
  /** Share of what float decides that is decided alike. */
  readonly kept: number;
  readonly task: string;
  readonly seconds: number;
}

/** Widths that a budget may choose. */
const choices = [1, 2, 3, 4, 6, 8];
/** Bytes may be more than nearest's by this part, biases counted. */
export const mostMore = 0.005;
/** Batches on which bits are chosen, where a subject does not say how many. */
const chosenOn = 2;

/** A subject that is loaded. */
interface Loaded<Artifact, Written> {
  readonly subject: Subject<Artifact, Written>;
  readonly artifact: Artifact;
  readonly float: TaskResult;
  readonly data: readonly Batch[];
}

/** Every method at every width. */
export async function measureSubject<Artifact, Written>(
  subject: Subject<Artifact, Written>,
  widths: readonly number[],
  tell: Tell,
): Promise<readonly Measured[]> {
  tell('float');
  const artifact = await subject.task.load();
  const float = await subject.task.run(artifact);
  const loaded = { subject, artifact, float, data: await subject.calibration(artifact) };
  const measured: Measured[] = [];
  let known: Recipe['measurements'];
  for (const bits of widths) {
    tell(`${bits} bits, nearest`);
    const plain = await measureMethod(loaded, nearest, bits, (port) =>
      quantize(port, { ...recipeOf(loaded, nearest), bits }, { measure: false }),
    );
    measured.push({ ...plain, gainDb: 0 });
    for (const method of methodsAt(bits)) {
      tell(`${bits} bits, ${method.name}`);
      const own = await measureMethod(loaded, method, bits, async (port) => {
        const recipe = recipeOf(loaded, method);
        if (method.choosesBits !== true) return quantize(port, { ...recipe, bits }, { measure: false });
        const most = Math.floor((1 + mostMore) * plain.bytes);
        const planned = await makePlan(port, {
          ...recipe,
          bits: budget({ bytes: most, choices }),
          data: spread(loaded.data, subject.chosenOn ?? chosenOn),
          ...(known && { measurements: known }),
        });
        known = planned.measurements;
        return applyPlan(port, planned.plan, registry, { data: loaded.data, measure: false });
      });
      measured.push({ ...own, gainDb: own.sqnrDb - plain.sqnrDb });
    }
  }
  return measured;
}

/** So many of them, evenly. */
const spread = (batches: readonly Batch[], count: number): readonly Batch[] =>
  batches.filter(
    (_, i) => Math.floor((i * count) / batches.length) !== Math.floor(((i - 1) * count) / batches.length),
  );

const recipeOf = <Artifact, Written>({ data }: Loaded<Artifact, Written>, { recipe }: Method): Recipe => ({
  registry,
  data,
  ...recipe,
});

async function measureMethod<Artifact, Written>(
  { subject, artifact, float }: Loaded<Artifact, Written>,
  method: Method,
  bits: number,
  make: (port: ModelPort<Written>) => Promise<Quantized<Written>>,
): Promise<Omit<Measured, 'gainDb'>> {
  const start = performance.now();
  const { model, report } = await make(subject.port(artifact));
  const seconds = (performance.now() - start) / 1000;
  const { sqnrDb, kept, summary } = subject.compare(float, await subject.task.run(subject.artifact(model)));
  const bytes = report.modelBytes.after;
  return { method: method.name, bits, bytes, sqnrDb, kept, task: summary, seconds };
}

export const rowOf = (name: string, { gainDb, sqnrDb, seconds, ...own }: Measured): Row => ({
  model: name,
  bits: own.bits,
  method: own.method,
  bytes: own.bytes,
  'SQNR, dB': Number(sqnrDb.toFixed(2)),
  'gain, dB': Number(gainDb.toFixed(2)),
  kept: own.kept,
  task: own.task,
  seconds: Number(seconds.toFixed(1)),
});

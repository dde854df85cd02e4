import type { Batch, LayerDescriptor, ModelPort, RunOutputs } from '../src/index.js';
import { LowbitError, seededRandom } from '../src/index.js';
import { layerOf, memoryPort, type MemoryModel } from './memory-port.js';

/** A chain of matrices `[out, in]` with rectifiers between them, that runs; its file takes `otherBytes` beside the weights. */
export interface Chain {
  readonly port: ModelPort<MemoryModel>;
  readonly model: MemoryModel;
  /** Weights that were replaced, run by run. */
  readonly runs: string[][];
}

export interface ChainSettings {
  readonly widths?: readonly number[];
  readonly otherBytes?: number;
  /** What the last outputs are made of. */
  readonly last?: (row: number[]) => number[];
}

export function chain({
  widths = [16, 24, 24, 24, 8],
  otherBytes = 500,
  last = (row) => row,
}: ChainSettings = {}): Chain {
  const random = seededRandom(11);
  const model: MemoryModel = Object.fromEntries(
    widths.slice(1).map((out, i) => {
      const values = Float32Array.from(
        { length: out * widths[i] },
        () => (random() - 0.5) * (i === 1 ? 4 : 1),
      );
      return [`w${i}`, { shape: [out, widths[i]], values }];
    }),
  );
  const runs: string[][] = [];
  const layers: LayerDescriptor[] = Object.keys(model).map((id, depth) => ({
    ...layerOf(model, id, depth),
    macs: model[id].values.length,
  }));
  const plain = memoryPort(model, layers);
  const run = async function* (
    of: MemoryModel,
    batches: Iterable<Batch> | AsyncIterable<Batch>,
    replace: ReadonlyMap<string, Float32Array> = new Map(),
  ): AsyncGenerator<RunOutputs> {
    for await (const batch of batches) {
      const { inputs } = Object(batch) as Batch;
      if (inputs === undefined) throw new LowbitError({ code: 'calibration-invalid', where: 'batches' });
      runs.push([...replace.keys()]);
      const { shape, data } = inputs['x'];
      const all = Array.from(data);
      const rows = Array.from({ length: shape[0] }, (_, i) => all.slice(i * widths[0], (i + 1) * widths[0]));
      const outputs = rows.map((row) => last(forward(of, replace, row)));
      yield { y: { shape: [shape[0], outputs[0].length], data: Float32Array.from(outputs.flat()) } };
    }
  };
  const port: ModelPort<MemoryModel> = {
    ...plain,
    run: (batches, { replace } = {}) => run(model, batches, replace),
    write(outcome) {
      const writer = plain.write(outcome);
      return {
        add: (id, tensor) => writer.add(id, tensor),
        async finish() {
          const applied = await writer.finish();
          const stored = applied.storage.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
          const quantized = new Set(applied.storage.map(({ id }) => id));
          const float = Object.entries(model).reduce(
            (sum, [id, { values }]) => sum + (quantized.has(id) ? 0 : values.byteLength),
            0,
          );
          const before =
            otherBytes + Object.values(model).reduce((sum, { values }) => sum + values.byteLength, 0);
          return {
            ...applied,
            modelBytes: { before, after: otherBytes + stored + float },
            run: (batches) => run(applied.model, batches),
          };
        },
      };
    },
  };
  return { port, model, runs };
}

function forward(model: MemoryModel, replace: ReadonlyMap<string, Float32Array>, input: number[]): number[] {
  const ids = Object.keys(model);
  return ids.reduce((row, id, at) => {
    const { shape, values } = model[id];
    const own = replace.get(id) ?? values;
    const [out, width] = shape;
    const sums = Array.from({ length: out }, (_, o) =>
      row.reduce((sum, value, i) => sum + value * own[o * width + i], 0),
    );
    return at === ids.length - 1 ? sums : sums.map((value) => Math.max(value, 0));
  }, input);
}

/** Seeded samples for it, with the class that the original gives as the label. */
export function samples(rows: number, width = 16): Batch {
  const random = seededRandom(5);
  return {
    inputs: {
      x: { shape: [rows, width], data: Float32Array.from({ length: rows * width }, () => random() - 0.3) },
    },
  };
}

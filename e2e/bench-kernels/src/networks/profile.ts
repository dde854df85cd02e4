import * as tf from '@tensorflow/tfjs-core';

/** What the calls of one kernel with one shape of output took. */
export interface ProfileLine {
  /** `LowbitLayer` for what runs packed. */
  readonly kernel: string;
  readonly output: readonly number[];
  readonly calls: number;
  readonly milliseconds: number;
  /** Of the time of all kernels. */
  readonly share: number;
}

const profiles = 10;

/** Where the time of a function goes: the fastest of ten runs for each call of a kernel, those of one shape together, the longest first. */
export async function profileOf(run: () => void): Promise<ProfileLine[]> {
  const fastest: { kernel: string; output: readonly number[]; milliseconds: number }[] = [];
  for (let profile = 0; profile < profiles; profile++) {
    const { kernels } = await tf.profile(run);
    for (const [at, { name, outputShapes, kernelTimeMs }] of kernels.entries()) {
      const milliseconds = await kernelTimeMs;
      const before = fastest[at]?.milliseconds ?? Infinity;
      fastest[at] = {
        kernel: name,
        output: outputShapes[0]!,
        milliseconds: Math.min(before, Number(milliseconds)),
      };
    }
  }
  const all = fastest.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const lines = new Map<string, ProfileLine>();
  for (const { kernel, output, milliseconds } of fastest) {
    const key = `${kernel} ${output}`;
    const { calls, milliseconds: others } = lines.get(key) ?? { calls: 0, milliseconds: 0 };
    const sum = others + milliseconds;
    lines.set(key, { kernel, output, calls: calls + 1, milliseconds: sum, share: sum / all });
  }
  return [...lines.values()].sort((one, other) => other.milliseconds - one.milliseconds);
}

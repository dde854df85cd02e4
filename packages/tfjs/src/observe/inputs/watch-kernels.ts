import * as tf from '@tensorflow/tfjs-core';

/** One operation that a backend is asked for. */
export interface AskedKernel {
  readonly name: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** One that was computed. */
export interface KernelCall extends AskedKernel {
  readonly outputs: readonly tf.Tensor[];
}

/** One tensor or several, as the operation gives them. */
export type Computed = tf.Tensor | tf.Tensor[];

/** Gives what an operation does. @param compute Has the backend do it, with other inputs where some are given. */
export type Intercept = (call: AskedKernel, compute: (inputs?: tf.NamedTensorMap) => Computed) => Computed;

type RunKernel = (name: string, inputs: tf.NamedTensorMap, settings?: object) => Computed;

/**
 * Stands between a backend and what asks it for operations, while something runs: all that layers, graphs and functions compute goes
 * through one method of the engine. What is computed meanwhile to look at it goes straight to the backend.
 */
export async function interceptingKernels<R>(intercept: Intercept, run: () => R | Promise<R>): Promise<R> {
  const engine = tf.engine() as { runKernel: RunKernel };
  const own = engine.runKernel.bind(engine);
  let isLooking = false;
  engine.runKernel = (name, inputs, settings = {}) => {
    if (isLooking) return own(name, inputs, settings);
    const compute = (given = inputs) => {
      isLooking = false;
      try {
        return own(name, given, settings);
      } finally {
        isLooking = true;
      }
    };
    isLooking = true;
    try {
      // Optional operands that are not given are undefined.
      const given = Object.entries(inputs).filter(([, tensor]) => (tensor as unknown) !== undefined);
      const call = { name, inputs: Object.fromEntries(given), settings: settings as AskedKernel['settings'] };
      return intercept(call, compute);
    } finally {
      isLooking = false;
    }
  };
  try {
    return await run();
  } finally {
    delete (engine as Partial<typeof engine>).runKernel;
  }
}

/** Shows every operation that is computed while something runs. */
export const watchingKernels = <R>(show: (call: KernelCall) => void, run: () => R | Promise<R>): Promise<R> =>
  interceptingKernels((call, compute) => {
    const result = compute();
    show({ ...call, outputs: [result].flat() });
    return result;
  }, run);

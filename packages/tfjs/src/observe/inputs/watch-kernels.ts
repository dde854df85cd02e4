import * as tf from '@tensorflow/tfjs-core';

/** One operation that a backend was asked for. */
export interface KernelCall {
  readonly name: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly outputs: readonly tf.Tensor[];
}

type RunKernel = (name: string, inputs: tf.NamedTensorMap, settings?: object) => tf.Tensor | tf.Tensor[];

/**
 * Shows every operation that is computed while something runs: all that layers, graphs and functions compute goes through one method
 * of the engine. What is computed to look at it is not shown.
 */
export async function watchingKernels<R>(
  show: (call: KernelCall) => void,
  run: () => R | Promise<R>,
): Promise<R> {
  const engine = tf.engine() as { runKernel: RunKernel };
  const own = engine.runKernel.bind(engine);
  let isShowing = false;
  engine.runKernel = (name, inputs, settings = {}) => {
    const result = own(name, inputs, settings);
    if (isShowing) return result;
    isShowing = true;
    try {
      const outputs = Array.isArray(result) ? result : [result];
      // Optional operands that are not given are undefined.
      const given = Object.entries(inputs).filter(([, tensor]) => (tensor as unknown) !== undefined);
      show({
        name,
        inputs: Object.fromEntries(given),
        settings: settings as KernelCall['settings'],
        outputs,
      });
    } finally {
      isShowing = false;
    }
    return result;
  };
  try {
    return await run();
  } finally {
    delete (engine as Partial<typeof engine>).runKernel;
  }
}

import {
  engine,
  getKernel,
  type KernelBackend,
  registerKernel,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { LowbitError } from '@lowbit/core';
import { checkArgument } from '@lowbit/core/adapter';
import type { PlacedOperation } from '../layer/make-operation.js';
import { type BackendMemory, memoryOf } from './backend-memory.js';

/** A layer with its weights packed, which takes tensors and gives tensors, on whatever backend they are. */
export interface TensorOperation {
  /** Bytes that it holds until it is disposed, weights and constants of channels together. */
  readonly bytes: number;
  /** The same of each layer. */
  readonly bytesOfLayers: readonly number[];
  /** The shape of the output for an input of this shape. */
  outputShape(inputShape: readonly number[]): number[];
  /**
   * Computes the layer, as `Operation.run` does.
   *
   * @param x Float32.
   * @param addend Float32, of the shape of the output: added after the bias.
   * @throws LowbitError `invalid-argument` for other tensors; `runtime-missing` on a backend whose tensors cannot be read at once.
   */
  run(x: Tensor, addend?: Tensor): Tensor;
  /** Gives the memory back; after it the operation does not run any more. */
  dispose(): void;
}

/** Names of the kernel that runs all operations, as `tf.profile` tells them, by backend. */
const kernelNames = new Map<string, string>();

/** What the kernel runs, by the number that it is given. */
const operations = new Map<number, PlacedOperation>();
const memories = new Map<number, BackendMemory>();
let lastNumber = 0;

/** @param memory That the operation computes in, where it is that of a backend. */
export function tensorOperation(
  operation: PlacedOperation,
  memory: BackendMemory | undefined,
): TensorOperation {
  const number = ++lastNumber;
  operations.set(number, operation);
  if (memory) memories.set(number, memory);
  return {
    bytes: operation.bytes,
    bytesOfLayers: operation.bytesOfLayers,
    outputShape: operation.outputShape,
    run(x, addend) {
      checkFloats(x, 'run(x, addend): x');
      const output = operation.outputShape(x.shape);
      if (addend !== undefined) {
        checkFloats(addend, 'run(x, addend): addend');
        checkArgument(`${addend.shape}` === `${output}`, addend.shape, {
          where: 'run(x, addend): shape of the addend',
          expected: `that of the output: [${output.join(', ')}]`,
        });
      }
      return engine().runKernel(
        kernelOn(engine().backendName),
        { x, ...(addend && { addend }) },
        { number },
      ) as Tensor;
    },
    dispose() {
      operations.delete(number);
      memories.delete(number);
      operation.dispose();
    },
  };
}

function checkFloats(tensor: Tensor, where: string): void {
  checkArgument(Object(tensor).dtype === 'float32' && typeof tensor.dataSync === 'function', tensor, {
    where,
    expected: 'a tensor of float32',
    remedy: "Cast it: tf.cast(tensor, 'float32').",
  });
}

/** The name of the kernel on a backend; another copy of this module may have registered one, which knows its own operations alone. */
function kernelOn(backendName: string): string {
  const known = kernelNames.get(backendName);
  if (known !== undefined && getKernel(known, backendName) !== undefined) return known;
  let kernelName = 'LowbitLayer';
  for (let copy = 2; getKernel(kernelName, backendName) !== undefined; copy++)
    kernelName = `LowbitLayer${copy}`;
  kernelNames.set(backendName, kernelName);
  register(kernelName, backendName);
  return kernelName;
}

function register(kernelName: string, backendName: string): void {
  registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const number = attrs!['number'] as number;
      const { x, addend } = inputs as { readonly x: TensorInfo; readonly addend?: TensorInfo };
      const memory = memories.get(number);
      const operation = operations.get(number)!;
      if (memory !== undefined && memory === memoryOf(backend as KernelBackend))
        return runPlaced(operation, memory, x, addend);
      return runCopied(operation, backend as KernelBackend, x, addend);
    },
  });
}

/** Within the memory of the backend. Addresses stay when it grows. */
function runPlaced(
  operation: PlacedOperation,
  memory: BackendMemory,
  x: TensorInfo,
  addend: TensorInfo | undefined,
): TensorInfo {
  const output = memory.makeOutput(operation.outputShape(x.shape));
  const batch = {
    values: memory.addressOf(x),
    addend: addend ? memory.addressOf(addend) : 0,
    output: memory.addressOf(output),
  };
  operation.runAt(batch, x.shape);
  return output;
}

/** Out of the backend and into it again. */
function runCopied(
  operation: PlacedOperation,
  backend: KernelBackend,
  x: TensorInfo,
  addend: TensorInfo | undefined,
): TensorInfo {
  const added = addend && read(backend, addend);
  const values = operation.run(read(backend, x), x.shape, added);
  const shape = operation.outputShape(x.shape);
  return { dataId: backend.write(values, shape, 'float32'), shape, dtype: 'float32' };
}

function read(backend: KernelBackend, { dataId }: TensorInfo): Float32Array {
  try {
    return backend.readSync(dataId) as Float32Array;
  } catch (cause) {
    const problem = {
      code: 'runtime-missing',
      where: 'run(x, addend)',
      expected: 'a backend whose tensors can be read at once: wasm, cpu or webgl',
      received: String(cause),
      remedy: "Choose another one first: await tf.setBackend('wasm').",
    } as const;
    throw new LowbitError(problem, { cause });
  }
}

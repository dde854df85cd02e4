import type { Contender, Work, WorkValues } from '../work.js';
import { type LiteForm, tfliteLayer } from './tflite-layer.js';

/** As much of LiteRT.js as is used here; it is installed on demand, not with the repository. */
export interface LiteRt {
  loadAndCompile(model: Uint8Array, options: { accelerator: 'wasm' }): Promise<LiteModel>;
  readonly Tensor: new (values: Float32Array, shape: readonly number[]) => LiteTensor;
}

interface LiteModel {
  run(input: LiteTensor): Promise<LiteTensor[]>;
  delete(): void;
}

interface LiteTensor {
  toTypedArray(): ArrayLike<number>;
  delete(): void;
}

/** LiteRT.js on WebAssembly with one thread; inputs and outputs stay in its memory. Convolutions of 2 bits it does not load. */
export async function litert(runtime: LiteRt, work: Work, values: WorkValues): Promise<Contender[]> {
  const forms: readonly LiteForm[] = [
    'float32',
    'int8',
    'int4',
    ...(work.kind === 'product' ? ['int2' as const] : []),
  ];
  const contenders: Contender[] = [];
  for (const form of forms) {
    const model = await runtime.loadAndCompile(tfliteLayer(work, values, form), { accelerator: 'wasm' });
    const shape = work.kind === 'conv' ? [1, work.size, work.size, work.channels] : [work.rows, work.size];
    const x = new runtime.Tensor(values.inputs, shape);
    const compute = async () => (await model.run(x))[0]!;
    contenders.push({
      name: `LiteRT.js ${form}`,
      run: async () => (await compute()).delete(),
      async outputs() {
        const y = await compute();
        const result = Float32Array.from(y.toTypedArray());
        y.delete();
        return result;
      },
      dispose() {
        x.delete();
        model.delete();
      },
    });
  }
  return contenders;
}

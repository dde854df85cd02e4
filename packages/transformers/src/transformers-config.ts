import { LowbitError } from '@lowbit/core';
import { type Dtype, graphPath } from './dtypes.js';

/** A graph in one dtype, and how many data files it has. */
export interface GraphFiles {
  readonly graph: string;
  readonly dtype: Dtype;
  readonly dataFiles: number;
}

type Json = Readonly<Record<string, unknown>>;

/** What is loaded where nobody asks for a dtype, the first that there is. */
const onProcessor: readonly Dtype[] = [
  'q8',
  'int8',
  'uint8',
  'q4',
  'fp32',
  'fp16',
  'q4f16',
  'q2',
  'q2f16',
  'q1',
  'q1f16',
];
const onGpu: readonly Dtype[] = [
  'q4f16',
  'q4',
  'fp16',
  'fp32',
  'q2f16',
  'q2',
  'q1f16',
  'q1',
  'q8',
  'int8',
  'uint8',
];

/**
 * `config.json` with what transformers.js needs to find the files: the number of data files by file, and dtypes to load where nobody asks
 * for one, on WebAssembly and on WebGPU. Every other key stays as it is.
 *
 * @param text - Of the original; `undefined` where the folder has none.
 * @throws LowbitError `model-malformed` for a `config.json` that is no JSON object.
 */
export function transformersConfig(text: string | undefined, written: readonly GraphFiles[]): string {
  const config = text === undefined ? {} : objectOf(text);
  const before = asObject(config['transformers.js_config']) ?? {};
  const there = new Set(written.map(({ dtype }) => dtype));
  const first = (order: readonly Dtype[]) => order.find((dtype) => there.has(dtype));
  const devices = asObject(before['device_config']) ?? {};
  const own = {
    ...before,
    use_external_data_format: externalFiles(written),
    ...dtypeOf(before, first(onProcessor), there),
    device_config: {
      ...devices,
      webgpu: {
        ...asObject(devices['webgpu']),
        ...dtypeOf(asObject(devices['webgpu']) ?? {}, first(onGpu), there),
      },
    },
  };
  return `${JSON.stringify({ ...config, 'transformers.js_config': own }, null, 2)}\n`;
}

function externalFiles(written: readonly GraphFiles[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    written.map(({ graph, dtype, dataFiles }) => [graphPath(graph, dtype).replace('onnx/', ''), dataFiles]),
  );
}

/** The dtype that was chosen before, where it is among the files. */
function dtypeOf(before: Json, dtype: Dtype | undefined, there: ReadonlySet<string>): Json {
  const { dtype: chosen } = before;
  const names = typeof chosen === 'string' ? [chosen] : Object.values(asObject(chosen) ?? {});
  const isThere = names.length > 0 && names.every((name) => there.has(String(name)));
  return isThere ? { dtype: chosen } : { dtype };
}

const asObject = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

function objectOf(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const config = asObject(value);
  if (config !== undefined) return config;
  throw new LowbitError({
    code: 'model-malformed',
    where: 'config.json',
    expected: 'a JSON object',
    received: text.slice(0, 40),
    remedy: 'Take the file that came with the model.',
  });
}

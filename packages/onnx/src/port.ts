import type { LayerDescriptor, ModelPort } from '@lowbit/core';
import {
  checkedWriter,
  defined,
  standIns,
  type ModelWriter,
  type PortCapabilities,
  type StorageCost,
} from '@lowbit/core/adapter';
import { modelWriter, type OnnxResult } from './model-writer.js';
import type { OrtRuntime } from './observe/ort.js';
import { layerDescriptors } from './layer-descriptors.js';
import { checkOptions, type OnnxOptions } from './onnx-options.js';
import { formOf, optionsOfForm } from './plan-form.js';
import { externalFiles } from './external/files.js';
import { halfWish } from './float16/half-wish.js';
import { modelBytes, type ModelBytes } from './model/model-bytes.js';
import { storageCost } from './forms/storage-cost.js';
import { running, type Lend } from './running.js';
import { type DescribedSource, readDescribed, type ModelSource } from './model-source.js';
import { runtimeOf } from './target/runtime.js';

const supports: PortCapabilities = {
  parameterStorage: ['float32', 'float16'],
  activations: true,
};

/** An ONNX file as a model to quantize. */
export type OnnxPort = ModelPort<OnnxResult>;

/**
 * An ONNX file as a model to quantize, for onnxruntime-web ≥ 1.24 on WebAssembly. The bytes are never changed. In the
 * result, the version of the operators stays as it is unless activations become integers; that of the format is raised
 * where types of 4 or 2 bits need it.
 *
 * A stored plan brings the form of its activations along, so that `integers` need not be given again.
 *
 * @param model The bytes of the file.
 * @throws LowbitError `unsupported-option`; `invalid-argument` for anything but bytes, and for an `externalPath` that leads out of the model's
 *   folder; from `layers` and writing: see `readModel`; from writing also `plan-mismatch`, from
 *   `run`, `features` and `observe` also `runtime-failed`, `calibration-invalid`.
 * @example
 * const { model, report } = await quantize(onnx(bytes), { weights: minMax(), bits: 8 });
 *
 * @example
 * const port = onnx(bytes, { ort, integers: 'operators' });
 * const calibration = await port.observe(batches);
 * const bits = integerWeights(mse({ grid: 'symmetric', levels: 'odd' }));
 * const { model } = await quantize(port, { bits, activations: minMax(), calibration });
 *
 * @example
 * const { model } = await quantize(onnx(bytes), { weights: absmax(), activations: hwgq(), activationBits: 2 });
 */
export function onnx(model: ModelBytes, options: OnnxOptions = {}): OnnxPort {
  checkOptions(options);
  const { name = 'model.onnx', optimize = 'speed', target, integers, ort } = options;
  const { externalData, external, externalPath, externalLimit, freezeInputs, integersFor, float16 } = options;
  const bytes = modelBytes(model, name);
  const runtime = target && runtimeOf(target);
  const files = externalData && externalFiles(externalData);
  const place = { bytes, name, files, external, externalPath, externalLimit };
  const onlyFaster = integers === 'faster';
  const form = onlyFaster ? 'operators' : integers;
  const halves = halfWish(float16, ort, files);
  const wish = { optimize, runtime, integers: form, onlyFaster, integersFor, freezeInputs, halves };
  const source: ModelSource = { ...place, ...wish };
  let layers: Promise<readonly LayerDescriptor[]> | undefined;
  // What was read serves all until something is written, which changes it; later ones read anew.
  let unchanged: Promise<DescribedSource> | undefined;
  const take = (): Promise<DescribedSource> => {
    const read = unchanged ?? readDescribed(source);
    unchanged = undefined;
    return read;
  };
  const lend: Lend = async (use) => {
    const read = take();
    try {
      return await use(await read);
    } finally {
      unchanged ??= read;
    }
  };
  const describe = (): Promise<readonly LayerDescriptor[]> => {
    if (layers !== undefined) return layers;
    unchanged ??= readDescribed(source);
    layers = unchanged.then((read) => layerDescriptors(read, files));
    return layers;
  };
  return {
    name: 'onnx',
    supports: halves === undefined ? supports : { ...supports, alters: true },
    form: formOf(integers, integersFor),
    inForm: (form) => onnx(bytes, { ...options, ...optionsOfForm(form, options) }),
    layers: describe,
    async cost(weight, entry) {
      const { model: read, description } = await (unchanged ??= readDescribed(source));
      const cost = storageCost(read, description.sites, weight.id, standIns(weight, entry), source);
      // Integer layers take weights that gain nothing by themselves.
      return source.integers === undefined ? cost : withoutFloat(cost);
    },
    ...(ort === undefined ? {} : running(source, ort, lend, describe)),
    write: (outcome) =>
      checkedWriter(outcome, () => {
        const writer = modelWriter(source, outcome, take);
        return ort === undefined ? writer : runnable(writer, (result) => resultPort(result, name, ort));
      }),
  };
}

const withoutFloat = ({ storedBytes, valueBytes, memoryBytes, shared }: StorageCost): StorageCost => ({
  storedBytes,
  ...defined({ valueBytes }),
  memoryBytes,
  ...defined({ shared }),
});

/** The writer, whose result can be run. */
function runnable(
  writer: ModelWriter<OnnxResult>,
  portOf: (result: OnnxResult) => OnnxPort,
): ModelWriter<OnnxResult> {
  return {
    add: (...given) => writer.add(...given),
    async finish() {
      const applied = await writer.finish();
      const { run } = portOf(applied.model);
      return { ...applied, ...defined({ run }) };
    },
  };
}

/** A port on a result, whose files are at hand. */
function resultPort({ bytes, externalData = [] }: OnnxResult, name: string, ort: OrtRuntime): OnnxPort {
  const files = new Map(externalData.map(({ path, data }) => [path, data]));
  return onnx(bytes, { name, ort, externalData: (path) => files.get(path) as Uint8Array });
}

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { metadataKeys } from '@lowbit/onnx';
import { save } from '@lowbit/tfjs';
import { fileSystem } from '@lowbit/tfjs/node';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { ModelProtoSchema } from 'onnx-buf';

/** The bytes of an ONNX file without the plan that stands in it. */
export function graphContent(bytes: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  model.metadataProps = model.metadataProps.filter(({ key }) => key !== metadataKeys.plan);
  return toBinary(ModelProtoSchema, model);
}

/** The files of a saved model by name; of `model.json` what it says besides the plan. */
export async function layersContent(model: LayersModel): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-policy-'));
  try {
    await save(model, fileSystem(folder));
    const files = await Promise.all(
      (await readdir(folder)).map(async (name) => {
        const bytes = await readFile(join(folder, name));
        return [name, name.endsWith('.json') ? withoutPlan(bytes.toString()) : bytes] as const;
      }),
    );
    return Object.fromEntries(files);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const withoutPlan = (text: string): unknown =>
  JSON.parse(text, (_key, value: unknown) =>
    Object(value).format === 'lowbit-plan' ? undefined : value,
  ) as unknown;

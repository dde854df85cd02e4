import { decode, unpackTensor, type PackedTensor } from '@lowbit/core';
import { isPacked, storedForm, storePacked, type StoredWeight } from '@lowbit/tfjs-format';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { keepForm } from '../form/keep-form.js';
import type { StorageForm } from '../form/storage-form.js';
import { fingerprint } from '../model/fingerprint.js';
import { readVariable } from '../model/read-variable.js';
import { surveyModel } from '../model/survey.js';
import { quantizedAlready, recordsIn, type WeightRecord } from '../model/weight-records.js';
import { packedWeights } from '../model/packed-weights.js';

/**
 * Why weights of the model are not quantized again, by id: lowbit has made what they are, which is known by the records in the metadata, or by the packed form that they
 * were loaded from. Weights whose values have changed since are not among them.
 */
export async function quantizedBefore(model: LayersModel): Promise<ReadonlyMap<string, string>> {
  const records = recordsIn(model.getUserDefinedMetadata());
  const packed = packedWeights(model);
  const found = new Map<string, string>();
  if (records.size === 0 && packed.size === 0) return found;
  const variables = surveyModel(model).flatMap((layer) => layer.variables);
  for (const { id, variable } of variables) {
    const [record, tensor] = [records.get(id), packed.get(id)];
    if (found.has(id) || (record === undefined && tensor === undefined)) continue;
    const reason = alreadyMade(await readVariable(variable, id), record, tensor);
    if (reason !== undefined) found.set(id, reason);
  }
  return found;
}

/** Why weights are not quantized again, by id, with what a file of this form makes of those that were packed and that it cannot hold so. */
export function keptReasons(
  model: LayersModel,
  before: ReadonlyMap<string, string>,
  form: StorageForm,
): ReadonlyMap<string, string> {
  const packed = packedWeights(model);
  const kept = (id: string, reason: string) => {
    const tensor = packed.get(id);
    return tensor === undefined ? reason : keptReason(reason, storePacked(id, tensor), form);
  };
  return new Map([...before].map(([id, reason]) => [id, kept(id, reason)]));
}

/** Why a weight is not quantized again, with what a file of this form makes of it where that cannot hold it packed. */
export function keptReason(reason: string, stored: StoredWeight, form: StorageForm): string {
  const { spec, bytes } = keepForm(stored, form);
  if (!isPacked(stored.spec) || storedForm(spec) !== 'float32') return reason;
  return `${reason}; no uint8 or uint16 grid holds its levels: float32 of ${bytes.length} bytes instead of ${stored.bytes.length} packed`;
}

/** Why values are not quantized again; `undefined` when they are not what lowbit wrote. */
export function alreadyMade(
  values: Float32Array,
  record: WeightRecord | undefined,
  packed?: PackedTensor,
): string | undefined {
  if (record?.values === fingerprint(values)) return quantizedAlready(record.made);
  if (packed === undefined) return undefined;
  const isSame = decode(unpackTensor(packed)).every((level, i) => level === values[i]);
  return isSame ? quantizedAlready(`packed ${packed.header.bits}-bit`) : undefined;
}

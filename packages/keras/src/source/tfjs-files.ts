import { LowbitError, type QuantizationPlan } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import {
  expandWeight,
  isPacked,
  packedOf,
  parseModelJson,
  readWeights,
  renamedFile,
  type ModelJson,
} from '@lowbit/tfjs-format';

import { malformed } from '../errors.js';
import type { JsonValue } from '../model.js';
import { isObject } from '../topology/raw-layer.js';
import { readTopology } from '../topology/read-topology.js';
import { allBytes, isBlob, type KerasFile, toBlob } from '../file.js';
import type { OpenSource } from './source.js';
import { inKerasWords } from './tfjs-words.js';

/** A layers model of TensorFlow.js. */
export interface TfjsFiles {
  /** The `model.json`: its text, the object in it, or the file. */
  readonly modelJson: string | object | KerasFile;
  /** The weight files, by the paths that `model.json` names. */
  readonly shards: Readonly<Record<string, KerasFile>>;
}

/** Reads the files of a layers model of TensorFlow.js; weights that are stored in fewer bits are expanded as it expands them. */
export async function tfjsSource({ modelJson, shards }: TfjsFiles): Promise<OpenSource> {
  const where = 'model.json';
  const json = parseModelJson(await jsonOf(modelJson), where);
  const { topology: words, version } = inKerasWords(json.modelTopology as JsonValue);
  const topology = { ...readTopology(words, where), ...defined({ version }) };
  const weights = await readWeights(json, (path) => shard(shards, path), where);
  const named = weights.map((weight) => ({
    path: weight.spec.name,
    shape: weight.spec.shape,
    type: 'float32' as const,
    ...(isPacked(weight.spec) && { packed: packedOf(weight, where) }),
    async read() {
      const { dtype } = weight.spec;
      if (dtype === 'float32') return expandWeight(weight, where);
      if (dtype === 'int32') return Float32Array.from(new Int32Array(weight.bytes.slice().buffer));
      if (dtype === 'bool' || dtype === 'uint8') return Float32Array.from(weight.bytes);
      throw malformed(where, 'weights that are numbers', `${weight.spec.name}, which is ${dtype}`);
    },
  }));
  const nothing = { optimizerBytes: 0, notes: [], close: () => undefined };
  return { where, topology, named, plans: plansIn(json), ...nothing };
}

/** The plans by which lowbit quantized the model, the last one last. */
function plansIn({ userDefinedMetadata }: ModelJson): readonly QuantizationPlan[] {
  const { lowbit } = Object(userDefinedMetadata) as { readonly lowbit?: unknown };
  const { plan, earlier } = Object(lowbit) as Record<'plan' | 'earlier', unknown>;
  const plans = [...(Array.isArray(earlier) ? (earlier as unknown[]) : []), plan];
  return plans.filter((each): each is QuantizationPlan => isObject(each));
}

async function jsonOf(value: unknown): Promise<unknown> {
  if (value instanceof Uint8Array || value instanceof ArrayBuffer || isBlob(value))
    return new TextDecoder().decode(await allBytes(toBlob(value, 'model.json')));
  return value;
}

async function shard(shards: TfjsFiles['shards'], path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (isObject(shards) && Object.hasOwn(shards, path)) return allBytes(toBlob(shards[path], path));
  throw new LowbitError({
    code: 'external-data',
    where: 'model.json',
    expected: `the weight file ${path} in shards`,
    received: `${Object.keys(shards ?? {}).join(', ') || 'none'}`,
    ...renamedFile(path, Object.keys(shards ?? {})),
  });
}

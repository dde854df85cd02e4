import { isLowbitError } from '@lowbit/core';
import { malformed } from '../errors.js';
import type { JsonValue } from '../model.js';
import { withBranches } from './keras1-branches.js';
import { parsePythonJson } from './python-json.js';
import { isObject, rawLayer, describe, type RawLayer } from './raw-layer.js';
import { isWrittenByKeras3 } from './written-version.js';

/** The outermost model of a JSON text, and what stands beside it. */
export interface Topology {
  readonly model: RawLayer;
  /** Of Keras; `3` where the text does not say it, and it is written as Keras 3 alone does. */
  readonly version?: string;
  readonly backend?: string;
}

const remedy =
  'Give what model.to_json() wrote, the config.json of a .keras file, or a model.json of TensorFlow.js made of layers.';

/** Bounds that keep a hostile topology from taking memory or time. */
const limits = {
  /** Nesting of brackets: models inside models take five levels each. */
  depth: 400,
  /** Objects, lists and members of both. A small compressed file can hold many millions, each of which takes a hundred bytes; the largest models of
   * `keras.applications` have some 60,000, and a vocabulary may have a million. */
  values: 2_000_000,
} as const;

/**
 * Reads the topology in a JSON text, or in its parsed form: of Keras, or a `model.json` of TensorFlow.js.
 *
 * @throws LowbitError `model-empty`, `model-malformed`, `model-truncated`.
 */
export function readTopology(value: unknown, where: string): Topology {
  const json = typeof value === 'string' ? parse(value, where) : value;
  if (!isObject(json)) throw malformed(where, 'the JSON of a model of Keras', describe(json), remedy);
  const inner = json['modelTopology'] ?? json;
  const outer = isObject(inner) ? inner : json;
  const model = outer['model_config'] ?? outer;
  if (isObject(model) && Array.isArray(model['node']))
    throw malformed(
      where,
      'a model made of layers',
      'a graph of operations',
      'Quantize a graph model with @lowbit/tfjs.',
    );
  if (!isObject(model) || model['class_name'] === undefined)
    throw malformed(where, 'class_name and config', describe(json), remedy);
  const raw = rawLayer(model, where);
  const version =
    outer['keras_version'] ?? json['keras_version'] ?? (isWrittenByKeras3(raw) ? '3' : undefined);
  const backend = outer['backend'];
  return {
    model: withBranches(raw),
    ...(typeof version === 'string' && { version }),
    ...(typeof backend === 'string' && { backend }),
  };
}

function parse(text: string, where: string): JsonValue {
  const bare = text.replace(/^\uFEFF/, '').trim();
  if (bare === '') throw malformed(where, 'the JSON of a model of Keras', 'nothing', remedy);
  checkSize(bare, where);
  try {
    return parsePythonJson(bare);
  } catch (error) {
    if (isLowbitError(error)) throw error;
    throw malformed(where, 'the JSON of a model of Keras', (error as Error).message, remedy, error);
  }
}

/** What goes through a text that is nested too deep would run out of stack, and one of too many values out of memory. */
function checkSize(text: string, where: string): void {
  let depth = 0;
  let values = 0;
  let isText = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isText) {
      if (code === 92) i++;
      else if (code === 34) isText = false;
    } else if (code === 34) isText = true;
    else if (code === 123 || code === 91) {
      depth++;
      values++;
    } else if (code === 125 || code === 93) depth--;
    else if (code === 44) values++;
    if (depth > limits.depth)
      throw malformed(where, `brackets at most ${limits.depth} deep`, 'deeper ones', remedy);
    if (values > limits.values) throw malformed(where, `at most ${limits.values} values`, 'more', remedy);
  }
}

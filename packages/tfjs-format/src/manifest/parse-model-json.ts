import { LowbitError } from '@lowbit/core';
import { checkModelJson } from './check-given.js';
import { checkNames, checkSpec } from './check-spec.js';
import { manifestError } from './manifest-error.js';
import { parseText } from './parse-text.js';
import { isInside } from './weight-path.js';
import type { ManifestGroup } from './weight-spec.js';

/** A TensorFlow.js `model.json`. Members that are not used here are kept. */
export interface ModelJson {
  readonly format?: string;
  readonly modelTopology: Readonly<Record<string, unknown>>;
  readonly weightsManifest: readonly ManifestGroup[];
  readonly userDefinedMetadata?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

export type ModelKind = 'layers-model' | 'graph-model';

/** Whether the model is made of layers or of single operations, by its topology: `format` may be missing. */
export function modelKind(json: ModelJson): ModelKind {
  checkModelJson(json, 'modelKind');
  const { modelTopology, format } = json;
  return Array.isArray(modelTopology['node']) || format === 'graph-model' ? 'graph-model' : 'layers-model';
}

/**
 * Checks a `model.json`: its manifest, and the names of its weight files, which must lie beside it or below. One without a manifest has
 * no weights; whether its layers want some is not looked at here, but where the model is built.
 *
 * @param value The parsed JSON, or its text.
 * @param where Name of the file, for errors.
 * @throws LowbitError `model-empty`, `model-truncated`, `model-malformed`, `external-data` for a weight file outside the model's folder.
 */
export function parseModelJson(value: unknown, where: string): ModelJson {
  const json = typeof value === 'string' ? parseText(value, where) : value;
  if (!isRecord(json) || !isRecord(json['modelTopology']))
    throw manifestError(where, 'a TensorFlow.js model.json with a modelTopology', kindOf(json), otherJson);
  const whole: object = { ...json, weightsManifest: json['weightsManifest'] ?? [] };
  checkManifest(whole, where);
  return whole;
}

/** Checks the manifest of what has a topology. */
function checkManifest(json: object, where: string): asserts json is ModelJson {
  const groups = 'weightsManifest' in json ? json.weightsManifest : undefined;
  if (!Array.isArray(groups)) throw manifestError(`${where}: weightsManifest`, 'a list of groups', groups);
  groups.forEach((group, i) => checkGroup(group, `${where}: weightsManifest[${i}]`));
  checkNames(
    (groups as ManifestGroup[]).flatMap(({ weights }) => weights),
    where,
  );
}

function checkGroup(group: unknown, where: string): asserts group is ManifestGroup {
  const { paths, weights } = isRecord(group) ? group : {};
  const arePaths = Array.isArray(paths) && paths.every((path) => typeof path === 'string');
  if (!arePaths) throw manifestError(`${where}.paths`, 'a list of file names', paths);
  if (!Array.isArray(weights)) throw manifestError(`${where}.weights`, 'a list of weights', weights);
  for (const path of paths as string[]) checkPath(path, where);
  weights.forEach((spec, i) => checkSpec(spec, `${where}.weights[${i}]`));
}

const otherJson =
  'Give the model.json that save of TensorFlow.js or tensorflowjs_converter wrote, not another JSON file.';

function kindOf(json: unknown): string {
  if (Array.isArray(json)) return 'a list';
  if (!isRecord(json)) return json === null ? 'null' : typeof json;
  return `an object with ${Object.keys(json).slice(0, 5).join(', ') || 'no member'}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws `external-data` unless the path, which a model names, stays in the model's folder. */
function checkPath(path: string, where: string): void {
  if (isInside(path)) return;
  throw new LowbitError({
    code: 'external-data',
    where,
    expected: "weight files in the model's folder",
    received: JSON.stringify(path),
    remedy: 'Put the weight files beside the model and name them without a folder.',
  });
}

import { LowbitError } from '@lowbit/core';

/** What a value is that is given where a model, or its place, is expected. */
type KnownValue =
  | 'a promise'
  | 'a response, a blob or a file'
  | 'a layers model'
  | 'a graph model'
  | 'artifacts of a layers model'
  | 'artifacts of a graph model'
  | 'a result of quantize'
  | 'bytes'
  | 'a URL that is no text';

const remedies: Readonly<Record<KnownValue, string>> = {
  'a promise': 'Await it: a model that is being loaded is not there yet.',
  'a response, a blob or a file':
    'Give load or graphModel the URL of the model.json itself, or files of a page as tf.io.browserFiles([json, ...weights]).',
  'a layers model': 'It is loaded already. Give it to tfjs().',
  'a graph model': 'It is loaded already. Give it to graphModel().',
  'artifacts of a layers model': 'Make a model of them: tfjs(await load(tf.io.fromMemory(artifacts))).',
  'artifacts of a graph model': 'Give them to graphModel().',
  'a result of quantize': 'Take or save its model: const { model } = await quantize(…).',
  bytes:
    'Give load or graphModel the URL of the model.json, or an IOHandler; bytes of an ONNX file go into onnx() of @lowbit/onnx.',
  'a URL that is no text': 'Give its text: url.href.',
};

/** What the value is, by what it has; `undefined` for texts, and for what may be a handler of one's own. */
export function knownValue(value: unknown): KnownValue | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { then, arrayBuffer, layers, toJSON, executeAsync, href } = value as Record<string, unknown>;
  if (typeof then === 'function') return 'a promise';
  if (typeof arrayBuffer === 'function') return 'a response, a blob or a file';
  if (Array.isArray(layers) && typeof toJSON === 'function') return 'a layers model';
  if (typeof executeAsync === 'function') return 'a graph model';
  if ('modelTopology' in value) return `artifacts of a ${kindOfTopology(value.modelTopology)} model`;
  if ('model' in value && 'report' in value) return 'a result of quantize';
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'bytes';
  return typeof href === 'string' ? 'a URL that is no text' : undefined;
}

const kindOfTopology = (topology: unknown) => ('node' in (Object(topology) as object) ? 'graph' : 'layers');

/**
 * The error for a value that is not what a call takes.
 *
 * @param otherwise What to do with a value of no known kind.
 * @param own What to do with a kind, where this call knows better.
 */
export function wrongSource(
  value: unknown,
  where: string,
  expected: string,
  otherwise: string,
  own: Partial<Record<KnownValue, string>> = {},
): LowbitError {
  const known = knownValue(value);
  return new LowbitError({
    code: 'invalid-argument',
    where,
    expected,
    received: known ?? worded(value),
    remedy: known === undefined ? otherwise : { ...remedies, ...own }[known],
  });
}

/**
 * Checks that a value is a layers model.
 *
 * @param graphCall What takes graph models, for instance `saveGraph()`.
 * @throws LowbitError `invalid-argument` that says what to write.
 */
export function checkModel(value: unknown, where: string, graphCall: string): void {
  if (knownValue(value) === 'a layers model') return;
  const otherwise = `Give it the model that quantize or load made; artifacts of a graph model go into ${graphCall}.`;
  const own = {
    'artifacts of a graph model': `Give them to ${graphCall}.`,
    'a graph model': `Give the artifacts that quantize(graphModel(model), …) makes to ${graphCall}.`,
  };
  throw wrongSource(value, where, 'a tf.LayersModel', otherwise, own);
}

/** Checks that a value is a graph model that is loaded. @throws LowbitError `invalid-argument` that says what to write. */
export function checkGraph(value: unknown, where: string, layersCall: string): void {
  if (knownValue(value) === 'a graph model') return;
  const own = { 'a layers model': `Give it to ${layersCall}.`, 'artifacts of a graph model': loadFirst };
  throw wrongSource(value, where, 'a tf.GraphModel', loadFirst, own);
}

const loadFirst = 'Give it what loadGraph() of @lowbit/tfjs/graph made.';

/**
 * Checks that a value is artifacts, whose topology is looked at later.
 *
 * @param layersCall What takes layers models, for instance `save()`.
 * @throws LowbitError `invalid-argument` that says what to write.
 */
export function checkArtifacts(value: unknown, where: string, layersCall: string): void {
  if (knownValue(value)?.startsWith('artifacts') === true) return;
  const otherwise = 'Give it the model that quantize(graphModel(source), …) made.';
  const own = {
    'a layers model': `Give it to ${layersCall}.`,
    'a graph model': 'Give the artifacts that quantize(graphModel(model), …) makes.',
  };
  throw wrongSource(value, where, 'the artifacts of a graph model', otherwise, own);
}

function worded(value: unknown): string {
  if (typeof value === 'string') return `the text '${value.slice(0, 40)}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const { name } = (value as { constructor?: { name?: string } }).constructor ?? {};
  return name === undefined || name === 'Object' ? 'another object' : `an object of ${name}`;
}

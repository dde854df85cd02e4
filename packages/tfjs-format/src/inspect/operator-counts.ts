import type { ModelJson } from '../manifest/parse-model-json.js';
import { groupBy } from './group-by.js';

/** How often a model has a class of layers, or an operation of a graph. */
export interface OperatorCount {
  readonly op: string;
  readonly domain: string;
  readonly count: number;
}

/** What a model is made of, by its topology alone: nested models and wrappers are opened, and counted too. */
export function operatorCounts({ modelTopology }: ModelJson): readonly OperatorCount[] {
  const { node, model_config: keras } = modelTopology;
  const names = Array.isArray(node)
    ? node.map((one) => text(member(one, 'op')))
    : classNames(keras ?? modelTopology).slice(1);
  return [...groupBy(names, (name) => name)]
    .map(([op, group]) => ({ op, domain: 'tensorflow.js', count: group.length }))
    .sort((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1));
}

/**
 * Layers and activations in a topology that TensorFlow.js alone does not have: those of `@lowbit/tfjs`, whose names begin with its own.
 *
 * @returns their names, each once, sorted
 */
export function ownClasses(topology: unknown): readonly string[] {
  const text = JSON.stringify(topology) ?? '';
  const names = [...text.matchAll(/"(?:class_name|\w*activation)":"(lowbit\w+)"/gi)].map(([, name]) => name!);
  return [...new Set(names)].sort();
}

/** Says how a model with such layers is loaded; nothing of one without. */
export function ownClassesNotes(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [
    `${names.join(', ')}: of @lowbit/tfjs. Load the folder with its load(), or call its registerLayers() before TensorFlow.js does.`,
  ];
}

/** The class of a layer, and of all that are in it. */
function classNames(layer: unknown): string[] {
  const config = member(layer, 'config');
  // Keras once wrote the configuration of a Sequential as the list itself.
  const layers = Array.isArray(config) ? config : member(config, 'layers');
  const inner = member(config, 'layer');
  const insides = [...(Array.isArray(layers) ? layers : []), ...(inner === undefined ? [] : [inner])];
  return [text(member(layer, 'class_name')), ...insides.flatMap(classNames)];
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '?';
}

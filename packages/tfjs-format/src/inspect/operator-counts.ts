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

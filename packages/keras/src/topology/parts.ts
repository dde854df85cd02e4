import { malformed } from '../errors.js';
import type { JsonValue } from '../model.js';
import { quantizedInputClass } from '../quantized-input.js';
import type { LayerDraft } from './layer-draft.js';
import { objectNames, snakeCase } from './object-names.js';
import { rawLayer, type RawLayer } from './raw-layer.js';

/** A layer inside a wrapper. */
export interface Part {
  /** What the wrapper calls it. */
  readonly name: string;
  readonly raw: RawLayer;
  /** The name of its object in files of Keras 3; absent where it stands in the place of the wrapper. */
  readonly object?: string;
}

/** The layers that a wrapper holds, in the order in which Keras makes them. */
export function partsOf(
  { className, raw: { config } }: Pick<LayerDraft, 'className' | 'raw'>,
  where: string,
): readonly Part[] {
  const part = (name: string, value: JsonValue | undefined): Part => ({
    name,
    raw: rawLayer(value, `${where}: ${name}`),
    object: name,
  });
  switch (className) {
    case 'TimeDistributed':
      return [part('layer', config['layer'])];
    case quantizedInputClass:
      return [{ name: 'layer', raw: rawLayer(config['layer'], where) }];
    case 'RNN':
      return [part('cell', config['cell'])];
    case 'Bidirectional': {
      const backward = config['backward_layer'] ?? reversed(config['layer']);
      return [part('forward_layer', config['layer']), part('backward_layer', backward)];
    }
    default:
      return cellsOf(config['cells'], where);
  }
}

function cellsOf(cells: JsonValue | undefined, where: string): readonly Part[] {
  if (!Array.isArray(cells)) throw malformed(where, 'a list of cells', typeof cells);
  const raws = (cells as JsonValue[]).map((cell, i) => rawLayer(cell, `${where}: cells[${i}]`));
  return objectNames(raws, () => false).map((name, i) => {
    const object = `cells/${name}`;
    return { name: object, raw: raws[i] as RawLayer, object };
  });
}

/** A layer that goes the other way, as `Bidirectional` makes one where none is given. */
function reversed(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { config } = value as { config?: JsonValue };
  if (typeof config !== 'object' || config === null || Array.isArray(config)) return value;
  const members = config as { readonly [name: string]: JsonValue };
  const name =
    typeof members['name'] === 'string'
      ? `backward_${members['name'].replace(/^forward_/, '')}`
      : snakeCase('Backward');
  return { ...value, config: { ...members, name, go_backwards: members['go_backwards'] !== true } };
}

import type { JsonValue, KerasLayer, KerasModel, KerasWeight } from '@lowbit/keras';
import { allLayers, mapLayers, mapWeights } from '../compare/change-model.js';

/** A mistake that an importer can make, which the comparison must see. */
export interface Change {
  readonly name: string;
  /** The model with the mistake; undefined where it has nothing that could be mistaken. */
  apply(model: KerasModel): KerasModel | undefined;
}

export const changes: readonly Change[] = [
  { name: 'a permuted kernel', apply: permuteKernel },
  { name: 'another epsilon', apply: changeEpsilon },
  { name: 'another padding', apply: changePadding },
];

/** The one in the middle: what comes after it must not hide the mistake. */
function middle<Item>(items: readonly Item[]): Item | undefined {
  return items[Math.floor(items.length / 2)];
}

/** The kernel in the middle takes its input channels in the reverse order. */
function permuteKernel(model: KerasModel): KerasModel | undefined {
  const kernel = middle(model.weights.filter(({ name, shape }) => /kernel$/.test(name) && shape.at(-2)! > 1));
  return kernel && mapWeights(model, (weight) => (weight.id === kernel.id ? reversedRows(weight) : weight));
}

function reversedRows(weight: KerasWeight): KerasWeight {
  const [rows, columns] = weight.shape.slice(-2) as [number, number];
  return {
    ...weight,
    async read() {
      const values = await weight.read();
      const at = (i: number) => {
        const row = Math.floor(i / columns) % rows;
        return i + (rows - 1 - 2 * row) * columns;
      };
      return values.map((_, i) => values[at(i)]!);
    },
  };
}

/** The epsilon that Keras takes where none is given. */
const usual = 1e-3;

/** The normalization in the middle has the usual epsilon, or ten times it where that is its own. */
function changeEpsilon(model: KerasModel): KerasModel | undefined {
  return changeMember(model, 'epsilon', (value) =>
    typeof value === 'number' ? (value < usual / 2 ? usual : 10 * value) : undefined,
  );
}

/** The padding in the middle lies one row and one column further on. */
function changePadding(model: KerasModel): KerasModel | undefined {
  return changeMember(model, 'padding', (value) =>
    Array.isArray(value)
      ? (value as [number, number][]).map(([before, after]) =>
          after > 0 ? [before + 1, after - 1] : [before - 1, after + 1],
        )
      : undefined,
  );
}

function changeMember(
  model: KerasModel,
  member: string,
  change: (value: JsonValue | undefined) => JsonValue | undefined,
): KerasModel | undefined {
  const having = ({ config }: KerasLayer) => change(config[member]) !== undefined;
  const chosen = middle(allLayers(model.network).filter(having))?.id;
  if (chosen === undefined) return undefined;
  return mapLayers(model, (layer) =>
    layer.id === chosen
      ? { ...layer, config: { ...layer.config, [member]: change(layer.config[member])! } }
      : layer,
  );
}

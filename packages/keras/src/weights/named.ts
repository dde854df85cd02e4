import { mismatch } from '../errors.js';
import type { NetworkDraft } from '../topology/layer-draft.js';
import type { Placement } from './placement.js';
import { leavesOf } from './slots.js';
import type { StoredTensor } from './tensors.js';

/**
 * Finds the weights in files of TensorFlow.js, which name each after its layer: `dense/kernel`, or with the names of what is around it in front.
 *
 * @throws LowbitError `weights-mismatch` for a weight that is not there, or that several tensors may be.
 */
export function placeNamed(
  tensors: readonly StoredTensor[],
  network: NetworkDraft,
  where: string,
): readonly Placement[] {
  const leaves = [...new Set(network.layers.flatMap(leavesOf))];
  return leaves.flatMap((layer) =>
    (layer.rules ?? []).map((rule) => {
      const last = rule.name.split('/').at(-1);
      const near = tensors.filter(({ path }) => {
        const words = path.split('/');
        return words.at(-1) === last && words.includes(layer.name);
      });
      const exact = near.filter(({ path }) => path === `${layer.name}/${rule.name}`);
      const [tensor, ...others] = near.length > 1 && exact.length === 1 ? exact : near;
      if (tensor !== undefined && others.length === 0) return { slot: { layer, rule }, tensor };
      const received = tensor === undefined ? 'none' : near.map(({ path }) => path).join(', ');
      throw mismatch(`${where}: ${layer.id}`, `one weight ${layer.name}/${rule.name}`, received);
    }),
  );
}

import { throwProblems } from '../errors/error.js';
import type { BitwidthPolicy } from '../contract/policy.js';
import { assignByLayer, checkBits, checkBitsBy, idsOf, override, type PolicyChoice } from './overrides.js';
import { matchesGlob, unmatchedGlobs, unmatchedOps } from './glob.js';

/** The same number of bits for every weight. */
export function everywhere(bits: number | 'float'): BitwidthPolicy {
  checkBits(bits, 'everywhere');
  return {
    kind: 'policy',
    api: 2,
    name: 'everywhere',
    summary: 'the same number of bits for every weight',
    assign: (draft) =>
      draft.map((entry) => ({
        ...entry,
        bits,
        reason: bits === 'float' ? 'float everywhere' : `${bits} bits everywhere`,
      })),
  };
}

/**
 * Other bits for the weights of the first and the last layer that has any: the layers that most papers keep at
 * 8 bits or at full precision.
 */
export function ends(bits: number | 'float', choice: PolicyChoice = {}): BitwidthPolicy {
  checkBits(bits, 'ends');
  return {
    kind: 'policy',
    api: 2,
    name: 'ends',
    summary: 'other bits for the first and the last layer',
    assign(draft, layers) {
      const withWeights = layers.filter((layer) => layer.weights.length > 0);
      const [first, last] = [withWeights.at(0), withWeights.at(-1)].map(
        (layer) => new Set(layer && idsOf(layer)),
      );
      return draft.map((entry) => {
        if (first.has(entry.id)) return override(entry, bits, choice, 'first layer');
        return last.has(entry.id) ? override(entry, bits, choice, 'last layer') : entry;
      });
    },
  };
}

/**
 * Bits by name, for instance `byName({ 'decoder*': 4 })`. A key is a glob (`*`, `?`) on the id of the weight
 * or of its layer; the last key that matches wins, and names that none matches keep what they have.
 *
 * @throws LowbitError `invalid-argument` for other bits; from planning, for a key that fits nothing in the model.
 */
export function byName(
  bits: Readonly<Record<string, number | 'float'>>,
  choice: PolicyChoice = {},
): BitwidthPolicy {
  checkBitsBy(bits, 'byName', "{ 'decoder*': 4 }");
  const globs = Object.entries(bits).reverse();
  return {
    kind: 'policy',
    api: 2,
    name: 'by-name',
    summary: 'bits by name',
    assign(draft, layers) {
      throwProblems(unmatchedGlobs(Object.keys(bits), layers, 'byName', draft));
      return assignByLayer(draft, layers, (entry, layer) => {
        const found = globs.find(([glob]) => matchesGlob(glob, entry.id) || matchesGlob(glob, layer.id));
        return found === undefined ? entry : override(entry, found[1], choice, `name matches ${found[0]}`);
      });
    },
  };
}

/**
 * Bits by operator, for instance `byOp({ Conv: 4, LSTM: 8 })`; other operators keep what they have.
 *
 * @throws LowbitError `invalid-argument` for other bits; from planning, for an operator that the model does not have.
 */
export function byOp(
  bits: Readonly<Record<string, number | 'float'>>,
  choice: PolicyChoice = {},
): BitwidthPolicy {
  checkBitsBy(bits, 'byOp', '{ Conv: 4, LSTM: 8 }');
  return {
    kind: 'policy',
    api: 2,
    name: 'by-op',
    summary: 'bits by operator',
    assign(draft, layers) {
      throwProblems(unmatchedOps(Object.keys(bits), layers, 'byOp'));
      return assignByLayer(draft, layers, (entry, { op }) =>
        Object.hasOwn(bits, op)
          ? override(entry, bits[op] as number | 'float', choice, `operator ${op}`)
          : entry,
      );
    },
  };
}

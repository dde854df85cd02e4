import { throwProblems } from '../errors/error.js';
import type { BitwidthPolicy } from '../plugin/policy.js';
import { assignByLayer } from './by-layer.js';
import { checkBitsBy } from './check-bits.js';
import { matchesGlob } from './glob.js';
import { override, type PolicyChoice } from './override.js';
import { unmatchedGlobs } from './unmatched.js';

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
    api: 1,
    name: 'by-name',
    summary: 'bits by name',
    assign(draft, layers) {
      throwProblems(unmatchedGlobs(Object.keys(bits), layers, 'byName'));
      return assignByLayer(draft, layers, (entry, layer) => {
        const found = globs.find(([glob]) => matchesGlob(glob, entry.id) || matchesGlob(glob, layer.id));
        return found === undefined ? entry : override(entry, found[1], choice, `name matches ${found[0]}`);
      });
    },
  };
}

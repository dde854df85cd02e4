import type { BitwidthPolicy } from '../plugin/policy.js';
import { assignByLayer } from './by-layer.js';
import { matchesGlob } from './glob.js';
import { override, type PolicyChoice } from './override.js';

/**
 * Bits by name, for instance `byName({ 'decoder*': 4 })`. A key is a glob (`*`, `?`) on the id of the weight
 * or of its layer; the last key that matches wins, and names that none matches keep what they have.
 */
export function byName(
  bits: Readonly<Record<string, number | 'float'>>,
  choice: PolicyChoice = {},
): BitwidthPolicy {
  const globs = Object.entries(bits).reverse();
  return {
    kind: 'policy',
    api: 1,
    name: 'by-name',
    summary: 'bits by name',
    assign: (draft, layers) =>
      assignByLayer(draft, layers, (entry, layer) => {
        const found = globs.find(([glob]) => matchesGlob(glob, entry.id) || matchesGlob(glob, layer.id));
        return found === undefined ? entry : override(entry, found[1], choice, `name matches ${found[0]}`);
      }),
  };
}

import { throwProblems } from '../errors/error.js';
import type { BitwidthPolicy } from '../plugin/policy.js';
import { assignByLayer } from './by-layer.js';
import { checkBitsBy } from './check-bits.js';
import { override, type PolicyChoice } from './override.js';
import { unmatchedOps } from './unmatched.js';

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
    api: 1,
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

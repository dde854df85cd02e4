import type { BitwidthPolicy } from '../plugin/policy.js';
import { assignByLayer } from './by-layer.js';
import { override, type PolicyChoice } from './override.js';

/** Bits by operator, for instance `byOp({ Conv: 4, LSTM: 8 })`; other operators keep what they have. */
export function byOp(
  bits: Readonly<Record<string, number | 'float'>>,
  choice: PolicyChoice = {},
): BitwidthPolicy {
  return {
    kind: 'policy',
    api: 1,
    name: 'by-op',
    summary: 'bits by operator',
    assign: (draft, layers) =>
      assignByLayer(draft, layers, (entry, { op }) =>
        Object.hasOwn(bits, op)
          ? override(entry, bits[op] as number | 'float', choice, `operator ${op}`)
          : entry,
      ),
  };
}

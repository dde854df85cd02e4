import type { BitAssignment, BitwidthPolicy } from '@lowbit/core';

/** A policy that keeps every law. */
export const honest: BitwidthPolicy = {
  kind: 'policy',
  api: 2,
  name: 'honest',
  assign: (draft) => draft.map((entry) => ({ ...entry, bits: 4, reason: 'four everywhere' })),
};

function changed(
  change: (entry: BitAssignment, index: number) => Partial<Record<keyof BitAssignment, unknown>>,
) {
  return {
    ...honest,
    assign: (draft, layers, context) =>
      honest
        .assign(draft, layers, context)
        .map((entry, i) => ({ ...entry, ...change(entry, i) }) as BitAssignment),
  } satisfies BitwidthPolicy;
}

let calls = 0;

/** For each law a policy that breaks this one and no other. */
export const brokenPolicies: Readonly<Record<string, BitwidthPolicy>> = {
  'declares its kind, api and name': { ...honest, name: '' },
  'does not change the draft': {
    ...honest,
    assign(draft, layers, context) {
      const result = honest.assign(draft, layers, context);
      if (draft[0] !== undefined) Object.assign(draft[0], { bits: 4 });
      return result;
    },
  },
  'gives the same assignments for the same draft': changed(() => ({ bits: 2 + (calls++ % 5) })),
  'assigns every weight of the draft once': {
    ...honest,
    assign: (draft, layers, context) => honest.assign(draft, layers, context).slice(1),
  },
  'assigns 1 to 16 bits, or float': changed(() => ({ bits: 4.5 })),
  'gives a reason for each assignment': changed((_, index) => (index === 2 ? { reason: ' ' } : {})),
  'names only quantizers and granularities that exist': changed(() => ({ granularity: 'group:0' })),
  'has nothing to say about an empty draft': {
    ...honest,
    assign: (draft, layers, context) =>
      draft.length === 0 ? [{ id: 'ghost', bits: 4, reason: 'none' }] : honest.assign(draft, layers, context),
  },
  'declares that it decides by features': {
    ...honest,
    assign: (draft, layers, context) =>
      honest
        .assign(draft, layers, context)
        .map((entry) => (context.features === undefined ? entry : { ...entry, bits: 2 })),
  },
  'spends a budget on what is not decided yet': {
    ...honest,
    budget: () => ({ candidates: [{ bits: 4 }], effects: true }),
  },
};

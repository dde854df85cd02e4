import type { Quantizer } from '@lowbit/core';
import { checkPlugin, defined } from '@lowbit/core/adapter';
import { optionsOf, pluginApi } from '@lowbit/core/method';
import { must, type Law } from '../law.js';
import { show } from '../show.js';

/** Laws on what the quantizer says of itself. */
export function declarationLaws(quantizer: Quantizer): readonly Law[] {
  return [
    {
      title: 'declares its kind, api, name, roles and bits',
      run() {
        const { kind, api, name, roles } = quantizer;
        must(kind === 'quantizer', () => `kind is ${show(kind)}, not 'quantizer'`);
        must(api === pluginApi, () => `api is ${show(api)}, not ${pluginApi}`);
        must(/^[a-z0-9][a-z0-9.-]*$/.test(name), () => `name ${show(name)} is not lower case with dashes`);
        must(roles.length > 0, () => 'no role is declared');
        for (const role of roles) {
          must(role === 'weight' || role === 'activation', () => `role ${show(role)} is not known`);
          checkWidths(role, quantizer.bits[role] ?? []);
        }
        // Options, and the grids that name them, are told by the next law.
        checkPlugin(
          defined({ ...quantizer, options: undefined, configured: undefined, grids: undefined }) as Quantizer,
        );
      },
    },
    {
      title: 'has options that fit their own descriptions',
      run() {
        const { options, grids, fit } = quantizer;
        checkPlugin({ ...bare, fit, ...defined({ options, grids }) });
        optionsOf(quantizer, {});
        for (const [name, option] of Object.entries(quantizer.options ?? {})) {
          optionsOf(quantizer, { [name]: option.default });
          must(option.help.length > 0, () => `option '${name}' has no help text`);
        }
      },
    },
  ];
}

/** A quantizer with nothing that could be wrong beside its options. */
const bare = {
  kind: 'quantizer',
  api: pluginApi,
  name: 'conformance-options',
  roles: ['weight'],
  bits: { weight: [8] },
} as const;

function checkWidths(role: string, widths: readonly number[]): void {
  must(widths.length > 0, () => `no width is offered for the role '${role}'`);
  const valid = widths.every((bits) => Number.isInteger(bits) && bits >= 1 && bits <= 16);
  must(valid, () => `widths for '${role}' are ${show(widths)}; they must be integers from 1 to 16`);
  const ascending = widths.every((bits, i) => i === 0 || bits > (widths[i - 1] as number));
  must(ascending, () => `widths for '${role}' are ${show(widths)}; they must ascend`);
}

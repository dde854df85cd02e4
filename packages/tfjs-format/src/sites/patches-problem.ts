import type { FittedSite, ActivationNote } from '@lowbit/core/adapter';
import { checkSite } from './stored-site.js';

/** Why the input of a layer cannot be quantized patch by patch; `undefined` where it can: a Dense layer's patches are rows. */
export function patchesProblem(className: string, isChannelsFirst = false): string | undefined {
  if (className === 'Dense') return undefined;
  if (className !== 'Conv2D') return `patches are known of Dense and Conv2D, not of ${className}`;
  return isChannelsFirst
    ? 'patches of a Conv2D are known with channels last, and its channels come first'
    : undefined;
}

/** What is said of a site that stays float since its quantizer sees patches, which its layer has not. */
export function withoutPatches(site: FittedSite, problem: string): ActivationNote {
  checkSite(site, 'withoutPatches(site)');
  const { id, quantizer } = site;
  return { id, form: 'float', float: true, reason: `${quantizer.name} sees patches, and ${problem}` };
}

import type { QuantizerChoice } from '../contract/choice.js';
import { chooseQuantizer, type ChosenQuantizer } from '../plugin/choose.js';
import type { Plugin } from '../contract/plugin.js';
import { registry } from '../contract/registry.js';

/**
 * Resolves a choice among the plugins known so far, and adds a quantizer that was given as a value. One made
 * with other options is still the same plugin: its options travel in the plan.
 */
export function choosePlugin(choice: QuantizerChoice, plugins: Set<Plugin>): ChosenQuantizer {
  const chosen = chooseQuantizer(choice, registry([...plugins]));
  const known = [...plugins].some(
    (other) => other.kind === 'quantizer' && other.name === chosen.quantizer.name,
  );
  if (!known) plugins.add(chosen.quantizer);
  return chosen;
}

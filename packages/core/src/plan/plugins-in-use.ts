import type { QuantizerChoice } from '../contract/choice.js';
import type { Plugin } from '../contract/plugin.js';
import { registry, type Registry } from '../contract/registry.js';
import { chooseQuantizer, type ChosenQuantizer } from '../plugin/choose.js';

/** The plugins of a recipe: those of its registry, and quantizers that are given as values, as they come. */
export interface PluginsInUse {
  /** Resolves a choice among the plugins known so far; each choice is looked at once. */
  choose(choice: QuantizerChoice): ChosenQuantizer;
  /** All that are known so far. */
  registry(): Registry;
}

/** A quantizer that was made with other options is still the same plugin: its options travel in the plan. */
export function pluginsInUse(known: readonly Plugin[] = []): PluginsInUse {
  const plugins = [...known];
  const chosen = new Map<QuantizerChoice, ChosenQuantizer>();
  const current = () => registry(plugins);
  return {
    registry: current,
    choose(choice) {
      const before = chosen.get(choice);
      if (before !== undefined) return before;
      const now = chooseQuantizer(choice, current());
      const { kind, name } = now.quantizer;
      if (!plugins.some((other) => other.kind === kind && other.name === name)) plugins.push(now.quantizer);
      chosen.set(choice, now);
      return now;
    },
  };
}

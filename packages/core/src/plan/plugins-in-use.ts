import { noRounder, type QuantizerChoice, type RounderChoice } from '../contract/choice.js';
import type { Plugin } from '../contract/plugin.js';
import { registry, type Registry } from '../contract/registry.js';
import type { Rounder } from '../contract/rounder.js';
import { type Chosen, choosePluginOf, type ChosenQuantizer, chooseQuantizer } from '../plugin/choose.js';

/** The plugins of a recipe: those of its registry, and quantizers and rounders that are given as values, as they come. */
export interface PluginsInUse {
  /** Resolves a choice among the plugins known so far; each choice is looked at once. */
  choose(choice: QuantizerChoice): ChosenQuantizer;
  /** The same of a rounder; `undefined` for `'nearest'`. */
  chooseRounder(choice: RounderChoice): Chosen<Rounder> | undefined;
  /** All that are known so far. */
  registry(): Registry;
}

/** A plugin that was made with other options is still the same: its options travel in the plan. */
export function pluginsInUse(known: readonly Plugin[] = []): PluginsInUse {
  const plugins = [...known];
  const quantizers = new Map<QuantizerChoice, ChosenQuantizer>();
  const rounders = new Map<RounderChoice, Chosen<Rounder>>();
  const current = () => registry(plugins);
  const add = (plugin: Plugin) => {
    if (!plugins.some(({ kind, name }) => kind === plugin.kind && name === plugin.name)) plugins.push(plugin);
  };
  return {
    registry: current,
    choose: (choice) =>
      remembered(quantizers, choice, () => {
        const now = chooseQuantizer(choice, current());
        add(now.quantizer);
        return now;
      }),
    chooseRounder: (choice) =>
      choice === noRounder
        ? undefined
        : remembered(rounders, choice, () => {
            const now = choosePluginOf('rounder', choice, current());
            add(now.plugin);
            return now;
          }),
  };
}

function remembered<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const before = known.get(key);
  if (before !== undefined) return before;
  const now = make();
  known.set(key, now);
  return now;
}

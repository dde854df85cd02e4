import type { StorageNote } from '@lowbit/core';
import type { Outcome } from '@lowbit/core/adapter';
import type { EditableGraph } from '../graph/editable-graph.js';
import type { SiteNotes } from '../sites/site-notes.js';
import { dropCasts } from './cast-weight.js';
import type { IntegerEdit } from './integer-edit.js';
import type { IntegerLayer } from './integer-layer.js';
import type { IntegerWork } from './integer-work.js';

/** What is known of the values of a model. */
export type ValueSites = Pick<Outcome, 'activations' | 'floatSites'>;

/** A rewrite of layers with 8-bit codes: pattern, check, replace. */
export interface IntegerRule<W extends IntegerWork> {
  /** Whether it is for a layer. */
  readonly matches: (work: IntegerWork) => work is W;
  /** Why a layer that it is for is left alone, looked at by itself; absent where none is. The graph stays as it is. */
  readonly check?: (work: W, graph: EditableGraph, values: ValueSites) => string | undefined;
  /**
   * Writes the layers that passed, one at least.
   *
   * @param sites Told what becomes of values beside the layers' inputs.
   * @returns How their weights are stored, in their order.
   */
  readonly replace: (
    work: readonly W[],
    edit: IntegerEdit,
    values: ValueSites,
    sites: SiteNotes,
  ) => readonly StorageNote[];
  /** What is said of the layers' inputs, behind that integers take them. */
  readonly note?: string | undefined;
}

/** A rule with the layers that it will write. */
export interface RuleOnLayers {
  /** How many layers passed. */
  readonly count: number;
  /** Why the others are left alone, by the id of the weight. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Writes them, and tells what becomes of their inputs. */
  readonly replace: (edit: IntegerEdit, sites: SiteNotes) => readonly StorageNote[];
}

/** Finds the layers that a rule is for, and checks them. */
export function ruleOn<W extends IntegerWork>(
  rule: IntegerRule<W>,
  works: readonly IntegerWork[],
  graph: EditableGraph,
  values: ValueSites,
): RuleOnLayers {
  const reasons = new Map<string, string>();
  const passed = works.filter(rule.matches).filter((work) => {
    const reason = rule.check?.(work, graph, values);
    if (reason !== undefined) reasons.set(work.layer.weight.id, reason);
    return reason === undefined;
  });
  return {
    count: passed.length,
    reasons,
    replace(edit, sites) {
      if (passed.length === 0) return [];
      for (const { layer } of passed) takeStored(layer, graph);
      const storage = rule.replace(passed, edit, values, sites);
      for (const [at, { form }] of storage.entries()) {
        const taken = `taken as 8-bit integers by ${form}`;
        const { input } = (passed[at] as W).layer;
        sites.written(input, form, rule.note === undefined ? taken : `${taken}; ${rule.note}`);
      }
      return storage;
    },
  };
}

/** Has a layer take its weight as it is stored. */
function takeStored({ node, cast, weight }: IntegerLayer, graph: EditableGraph): void {
  if (cast !== undefined) dropCasts(cast, node, 1, weight.source.name, graph);
}

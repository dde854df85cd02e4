import { sizeOf } from '@lowbit/core/adapter';
import { checkFloats } from '../model/tensor-data.js';
import { ascending, type TracedSource } from './back-to-sources.js';
import type { WeightView } from '../operators/operator.js';
import type { Definition } from '../graph/scope.js';
import { uniqueName, type UsedNames } from './unique-name.js';
import type { UnreadConstant } from './unread-constants.js';
import type { WeightSite, WeightUse } from './weight-site.js';

/** One constant, with everything that its users say about it. */
interface Draft {
  readonly first: TracedSource;
  readonly traces: TracedSource[];
  readonly uses: WeightUse[];
  /** The site, as its users hold it before all of them are known. */
  readonly site: { -readonly [K in keyof WeightSite]: WeightSite[K] };
}

/** Collects the constants that are weights, each once. */
export interface SiteDrafts {
  add(traced: TracedSource, kernel: WeightSite['kernel'], use: WeightUse): WeightSite;
  /** Tells that the runtime puts a value, if it is a weight, in the place of a constant. */
  standsFor(definition: Definition | undefined, constant: UnreadConstant): void;
  /** Decides the axes when every user is known, and lists the sites in the order of their first use. */
  finish(): WeightSite[];
}

export function siteDrafts(used: UsedNames): SiteDrafts {
  const drafts = new Map<Definition, Draft>();
  const unread = new Map<Definition | undefined, UnreadConstant[]>();
  return {
    add(traced, kernel, use) {
      const draft = drafts.get(traced.definition) ?? begin(traced, kernel, used);
      drafts.set(traced.definition, draft);
      draft.traces.push(traced);
      draft.uses.push(use);
      return draft.site;
    },
    standsFor(definition, constant) {
      const constants = unread.get(definition) ?? [];
      constants.push(constant);
      unread.set(definition, constants);
    },
    finish() {
      for (const [definition, { site, traces }] of drafts) {
        const constants = unread.get(definition);
        const isTurned = areTurned(traces) ? { isTurned: true } : {};
        const stands = constants === undefined ? {} : { unread: constants };
        Object.assign(site, commonView(traces), isTurned, stands);
      }
      return [...drafts.values()].map(({ site }) => site);
    },
  };
}

function begin(traced: TracedSource, kernel: WeightSite['kernel'], used: UsedNames): Draft {
  const { definition, source, own } = traced;
  const id = uniqueName(`${definition.scope.path}${definition.name}`, used);
  checkFloats(source.tensor, id);
  const uses: WeightUse[] = [];
  return { first: traced, traces: [], uses, site: { id, kernel, source, uses, ...own } };
}

/**
 * The axes for all users: another shape of the data if all see the same one, else the axes that any of them lets
 * own parameters, unless that would give every value its own: then the first user decides.
 */
function commonView(traces: readonly TracedSource[]): WeightView {
  const [first] = traces as [TracedSource];
  const { view, own } = first;
  if (view !== undefined && traces.every((other) => equalViews(other.view, view))) return view;
  const together = ascending(traces.flatMap((traced) => traced.own.outputAxes));
  const shared = sizeOf(own.shape.filter((_, axis) => !together.includes(axis))) > 1;
  const outputAxes = shared ? together : own.outputAxes;
  const { inputAxis } = own;
  const free = inputAxis !== undefined && !outputAxes.includes(inputAxis);
  return { shape: own.shape, outputAxes, ...(free ? { inputAxis } : {}) };
}

const areTurned = (traces: readonly TracedSource[]): boolean =>
  new Set(traces.map(({ own }) => own.outputAxes.join())).size > 1;

const equalViews = (one: WeightView | undefined, other: WeightView): boolean =>
  one !== undefined && JSON.stringify(one) === JSON.stringify(other);

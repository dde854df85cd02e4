import type { LayerDescriptor } from '../model/port.js';
import type { QuantizerChoice } from './choice.js';

export type Granularity = 'tensor' | 'channel' | `group:${number}`;

/** How many bits one weight (or activation site) gets, and why. */
export interface BitAssignment {
  /** Id of the weight or site. */
  readonly id: string;
  readonly bits: number | 'float';
  readonly quantizer?: QuantizerChoice;
  readonly granularity?: Granularity;
  /** A sentence for the report. */
  readonly reason: string;
}

/** Decides bits. `assign` is pure: what it needs to know was measured before and passed to the factory. */
export interface BitwidthPolicy {
  readonly kind: 'policy';
  readonly api: 1;
  readonly name: string;
  readonly summary?: string;
  readonly paper?: string;
  /** Returns one assignment for each of the draft's, in any order. */
  assign(draft: readonly BitAssignment[], layers: readonly LayerDescriptor[]): readonly BitAssignment[];
}

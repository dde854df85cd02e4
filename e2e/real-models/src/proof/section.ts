import type { Gate } from './gate.js';

/** One line of a table: its columns by name, as numbers and words. */
export type Row = Readonly<Record<string, string | number>>;

/** One part of the proof, measured. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly Row[];
  readonly gates: readonly Gate[];
  /** Names of rows that could not be measured here, each with the reason. */
  readonly skipped: readonly string[];
}

/** Tells what is being done, for whoever watches. */
export type Tell = (step: string) => void;

/** A part of the proof that can be asked for by name. */
export interface Part {
  readonly name: string;
  measure(tell: Tell): Promise<Section>;
}

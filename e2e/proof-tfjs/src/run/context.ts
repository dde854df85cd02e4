import type { FashionMnist } from '../data/fashion-mnist.js';
import type { Settings } from '../settings.js';

/** What all runs of a proof share. */
export interface Context {
  readonly settings: Settings;
  readonly data: FashionMnist;
  /** Where states and results are kept. */
  readonly folder: string;
  /** Whether states and results that are there are taken up; otherwise everything starts anew. */
  readonly resumes: boolean;
  /** A line for people, as the work goes on. */
  readonly show: (line: string) => void;
}

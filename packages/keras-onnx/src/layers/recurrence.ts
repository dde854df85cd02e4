import { Settings, type JsonValue, type KerasLayer } from '@lowbit/keras';

/** A cell that layers repeat over the steps of a sequence. */
interface CellKind {
  /** What becomes of states: new ones alone, an LSTM's or a GRU's. */
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  readonly states: number;
}

const kinds: Readonly<Record<string, CellKind>> = {
  LSTM: { op: 'LSTM', states: 2 },
  GRU: { op: 'GRU', states: 1 },
  SimpleRNN: { op: 'RNN', states: 1 },
};

/** What kind of cell a layer or cell has; undefined for another class. */
export function cellKind({ className }: KerasLayer): CellKind | undefined {
  const name = className.replace(/Cell$/, '');
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined;
}

/** The functions of a layer or cell: of its new values, and of its gates, where it has such. */
export interface CellActivations {
  readonly own: JsonValue;
  readonly gate: JsonValue | undefined;
}

export function activationsOf(cell: KerasLayer): CellActivations {
  const { values } = new Settings(cell.config, cell.id);
  const gate = cellKind(cell)!.op === 'RNN' ? undefined : (values['recurrent_activation'] ?? 'sigmoid');
  return { own: values['activation'] ?? 'tanh', gate };
}

/** What is repeated, and over what. */
export interface Recurrence {
  /** The layer that has the weights. */
  readonly cell: KerasLayer;
  /** `[batch, steps, features]`. */
  readonly x: string;
  /** The number of steps; `null` where it is left open. */
  readonly length: number | null;
  readonly mask: string | undefined;
  readonly isBackward: boolean;
  /** `[batch, units]` each. */
  readonly initial: readonly string[];
  /** Whether steps that do not count give zeros, instead of what the step before them gave. */
  readonly zeros: boolean;
}

/** What comes out of it. */
export interface Repeated {
  /** Writes `[batch, steps, units]`, in the order of the input. */
  readonly steps: () => string;
  /** `[batch, units]`. */
  readonly last: string;
  readonly states: readonly string[];
}

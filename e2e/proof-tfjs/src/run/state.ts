import { loadCheckpoint, storeCheckpoint, type TrainingCheckpoint } from '@lowbit/core';

/** Where a run stands: enough to go on with the same numbers. */
export interface RunState {
  /** The round that is under way, from 0. */
  readonly round: number;
  /** Epochs of it that are finished. */
  readonly epochs: number;
  /** Time spent so far. */
  readonly seconds: number;
  /** The end of the round before. */
  readonly checkpoint?: TrainingCheckpoint;
  /** After the last finished epoch of this round. */
  readonly inRound?: InRound;
}

export interface InRound {
  readonly variables: ReadonlyMap<string, Float32Array>;
  readonly optimizer: readonly OptimizerWeight[];
}

export interface OptimizerWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: 'float32' | 'int32';
  readonly values: Float32Array;
}

/** The state as JSON; arrays are base64. */
export function stateText({ checkpoint, inRound, ...rest }: RunState): string {
  const stored = checkpoint && storeCheckpoint(checkpoint);
  return JSON.stringify({
    ...rest,
    ...(stored && { checkpoint: { document: stored.document, data: base64(stored.data) } }),
    ...(inRound && {
      inRound: {
        variables: [...inRound.variables].map(([name, values]) => [name, base64(values)]),
        optimizer: inRound.optimizer.map((weight) => ({ ...weight, values: base64(weight.values) })),
      },
    }),
  });
}

interface Stored extends Pick<RunState, 'round' | 'epochs' | 'seconds'> {
  readonly checkpoint?: { readonly document: unknown; readonly data: string };
  readonly inRound?: {
    readonly variables: readonly (readonly [string, string])[];
    readonly optimizer: readonly (Omit<OptimizerWeight, 'values'> & { readonly values: string })[];
  };
}

/** The inverse of {@link stateText}. */
export function parseState(text: string): RunState {
  const { checkpoint, inRound, ...rest } = JSON.parse(text) as Stored;
  return {
    ...rest,
    ...(checkpoint && {
      checkpoint: loadCheckpoint(checkpoint.document, bytes(checkpoint.data), 'state.json'),
    }),
    ...(inRound && {
      inRound: {
        variables: new Map(inRound.variables.map(([name, values]) => [name, floats(values)])),
        optimizer: inRound.optimizer.map((weight) => ({ ...weight, values: floats(weight.values) })),
      },
    }),
  };
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

function floats(text: string): Float32Array {
  return new Float32Array(bytes(text).buffer);
}

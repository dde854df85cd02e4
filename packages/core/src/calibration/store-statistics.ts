import { joinBytes } from '../numeric/join-bytes.js';
import { checkCalibration } from './check-calibration.js';
import type { GroupInputs, InputsOfWeight } from './input-statistics.js';
import type { InputMoments } from './moments.js';
import type { Calibration } from './site-statistics.js';

/** The name of the file that tells what the others hold. */
export const statisticsHead = 'statistics.json';

/** One file of stored statistics. */
export interface StatisticsFile {
  /** Its name in the folder of all. */
  readonly path: string;
  /** What it holds, text or bytes, to be asked for once, one file after the other in their order; `undefined` for one that is not needed. */
  readonly data: () => Promise<Uint8Array | string | undefined>;
}

/** What the head tells of the file of a weight; plain JSON. */
export interface StoredInputs {
  readonly file: string;
  /** Inputs of a channel. */
  readonly inputs: number;
  /** Rows of each group: that were seen, and that were kept back. */
  readonly groups: readonly { readonly seen: number; readonly heldOut?: number }[];
}

/**
 * Statistics as files of one folder: a head in JSON, which is the last, and for each weight whose inputs are known one of its moments:
 * float32, little-endian, for each group Σ x and the upper triangle of Σ x xᵀ, row by row, of what was seen and then of what was kept back.
 * Moments are read when a file is asked for.
 *
 * @throws LowbitError `calibration-invalid` for what is no statistics.
 * @example
 * for (const { path, data } of storeStatistics(calibration)) {
 *   const content = await data();
 *   if (content !== undefined) await writeFile(join(folder, path), content);
 * }
 */
export function storeStatistics(calibration: Calibration): readonly StatisticsFile[] {
  checkCalibration(calibration, 'storeStatistics(calibration)');
  const { inputs, ...head } = calibration;
  const weights: Record<string, StoredInputs> = {};
  const unknown: Record<string, string> = {};
  const files = (inputs?.weights ?? []).map((id, i): StatisticsFile => {
    const path = `${i}.bin`;
    const data = async () => {
      const { observed, why = 'its inputs are not known' } = (await inputs?.read(id)) as InputsOfWeight;
      if (observed === undefined) {
        unknown[id] = why;
        return undefined;
      }
      weights[id] = { file: path, ...headOf(observed.groups) };
      return bytesOf(observed.groups.flatMap(({ seen, heldOut }) => (heldOut ? [seen, heldOut] : [seen])));
    };
    return { path, data };
  });
  const told = inputs === undefined ? {} : { inputs: { weights, unknown } };
  const data = async () => `${JSON.stringify({ ...head, ...told }, null, 1)}\n`;
  return [...files, { path: statisticsHead, data }];
}

const headOf = (groups: readonly GroupInputs[]): Omit<StoredInputs, 'file'> => ({
  inputs: groups[0]?.seen.inputs ?? 0,
  groups: groups.map(({ seen, heldOut }) => ({
    seen: seen.count,
    ...(heldOut !== undefined && { heldOut: heldOut.count }),
  })),
});

function bytesOf(moments: readonly InputMoments[]): Uint8Array {
  return joinBytes(moments.flatMap(({ sums, products }) => [littleEndian(sums), littleEndian(products)]));
}

function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i] as number, true);
  return bytes;
}

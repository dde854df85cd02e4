import { malformed } from '../errors.js';
import type { JsonObject, JsonValue } from '../model.js';

/**
 * The configuration of a layer, read member by member with the defaults of Keras. Every method throws a LowbitError
 * `model-malformed` that names the layer and the member where the value is of another kind.
 */
export class Settings {
  constructor(
    readonly values: JsonObject,
    private readonly where: string,
  ) {}

  has(key: string): boolean {
    return (this.values[key] ?? null) !== null;
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.values[key] ?? fallback;
    return typeof value === 'boolean' ? value : this.wrong(key, 'true or false');
  }

  number(key: string, fallback?: number): number {
    const value = this.values[key] ?? fallback;
    return typeof value === 'number' && Number.isFinite(value) ? value : this.wrong(key, 'a number');
  }

  /** A whole number of at least 1. */
  size(key: string, fallback?: number): number {
    return this.#size(this.values[key] ?? fallback, key);
  }

  text(key: string, fallback?: string): string {
    const value = this.values[key] ?? fallback;
    return typeof value === 'string' ? value : this.wrong(key, 'a text');
  }

  /** `rank` sizes of at least 1; one number stands for all of them. */
  sizes(key: string, rank: number, fallback?: number): readonly number[] {
    const value = this.values[key] ?? fallback;
    if (!Array.isArray(value)) return Array<number>(rank).fill(this.#size(value, key));
    if (value.length !== rank) this.wrong(key, `${rank} numbers`);
    return value.map((size: JsonValue) => this.#size(size, key));
  }

  /** Whole numbers, also negative; one number stands for a list of it. */
  integers(key: string, fallback?: number | readonly number[]): readonly number[] {
    const value = this.values[key] ?? fallback;
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (!list.every(Number.isSafeInteger)) this.wrong(key, 'whole numbers');
    return list as number[];
  }

  /** Pairs of whole numbers for `rank` axes: from one number, one number for each axis, or pairs. */
  pairs(key: string, rank: number, fallback: number): readonly (readonly [number, number])[] {
    const value = this.values[key] ?? fallback;
    const list = Array.isArray(value) ? (value as JsonValue[]) : Array<JsonValue>(rank).fill(value);
    // One axis: [before, after], without a list around it.
    const each = rank === 1 && list.length === 2 ? [list] : list;
    if (each.length !== rank) this.wrong(key, `${rank} pairs of numbers`);
    return each.map((pair) => {
      const both = Array.isArray(pair) ? (pair as JsonValue[]) : [pair, pair];
      if (both.length !== 2 || !both.every((n) => Number.isSafeInteger(n) && (n as number) >= 0))
        this.wrong(key, 'pairs of numbers');
      return both as [number, number];
    });
  }

  #size(value: unknown, key: string): number {
    return Number.isSafeInteger(value) && (value as number) >= 1
      ? (value as number)
      : this.wrong(key, 'a size of at least 1');
  }

  /** @throws LowbitError `model-malformed` for a value that is not what is expected. */
  wrong(key: string, expected: string): never {
    const received = JSON.stringify(this.values[key]) ?? 'nothing';
    throw malformed(`${this.where}: ${key}`, expected, received.slice(0, 200));
  }
}

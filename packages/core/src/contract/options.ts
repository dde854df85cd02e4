/** One option of a plugin, described as data, so that command lines and pages can offer it. */
export type OptionDescription =
  | {
      readonly type: 'number';
      readonly default: number;
      readonly min?: number;
      readonly max?: number;
      readonly help: string;
    }
  | { readonly type: 'boolean'; readonly default: boolean; readonly help: string }
  | {
      readonly type: 'choice';
      readonly default: string;
      readonly values: readonly string[];
      readonly help: string;
    };

export type OptionSchema = Readonly<Record<string, OptionDescription>>;
export type OptionValue = number | boolean | string;
export type Options = Readonly<Record<string, OptionValue>>;

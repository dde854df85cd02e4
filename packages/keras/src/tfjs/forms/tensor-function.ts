import { rankFor } from '../../layers/tensor-function.js';
import type { JsonValue } from '../../model.js';
import { ours, unknownRank, type Rule, type RuleTable } from './form.js';

/** With axes that are counted from 0. */
const counted =
  (className: string, key: 'axis' | 'axes'): Rule =>
  (config, { input }) => {
    if (input === undefined) return unknownRank;
    const rank = rankFor(className, input);
    const from = (axis: JsonValue) => (Number(axis) < 0 ? Number(axis) + rank : Number(axis));
    const value = config[key]!;
    return ours(className, { ...config, [key]: Array.isArray(value) ? value.map(from) : from(value) });
  };

export const tensorFunctionRules: RuleTable = {
  SliceAxis: counted('SliceAxis', 'axis'),
  StackTensors: counted('StackTensors', 'axis'),
  ReduceAxes: counted('ReduceAxes', 'axes'),
  Divide: (config) => ours('Divide', config),
  Clip: (config) => ours('Clip', config),
  Power: (config) => ours('Power', config),
  TakePlaces: counted('TakePlaces', 'axis'),
  SplitAxis: counted('SplitAxis', 'axis'),
  PadConstant: (config) => ours('PadConstant', config),
  CompareValues: (config) => ours('CompareValues', config),
  SelectValues: (config) => ours('SelectValues', config),
  EinsumProduct: (config) => ours('EinsumProduct', config),
};

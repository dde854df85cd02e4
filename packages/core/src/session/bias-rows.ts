import type { Outcome, StorageNote } from '../contract/model-writer.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import type { BiasReport } from '../report/report.js';
import type { CodedWeight } from './weight.js';

type Correction = Pick<CodedWeight, 'bias' | 'uncorrected'>;

/** What became of the biases beside quantized weights; `undefined` where the plan leaves them as they are. */
export function biasRows(
  { plan, entries }: Outcome,
  corrections: readonly Correction[],
  notes: readonly StorageNote[],
): readonly BiasReport[] | undefined {
  if (plan.biases === undefined) return undefined;
  const reasons = new Map(plan.biases.map(({ layer, reason }) => [layer, reason]));
  const byId = new Map(notes.map((note) => [note.id, note]));
  return entries.flatMap((own, i): BiasReport[] => {
    const note = byId.get(own.entry.id);
    if (note?.float === true) return [];
    const place = { layer: own.entry.layer, op: own.layer.op, weight: own.entry.id };
    const { bias, uncorrected } = corrections[i] ?? {};
    if (bias === undefined) return [{ ...place, ...left(whyNot(own, uncorrected)) }];
    if (note?.bias?.left === true) return [{ ...place, ...left(note.bias.reason) }];
    const { form = 'bias', storedBytes = 0, reason } = note?.bias ?? {};
    const planned = reasons.get(own.layer.id);
    const words = [planned, reason].filter((one) => one !== undefined).join('; ');
    return [{ ...place, form, storedBytes, ...bias.report, reason: words }];
  });
}

const left = (reason: string) => ({ form: 'float', storedBytes: 0, left: true, reason }) as const;

function whyNot({ weight: { bias }, corrects }: ResolvedEntry, uncorrected: string | undefined): string {
  if (uncorrected !== undefined) return `stays as it is: ${uncorrected}`;
  if (typeof bias === 'string') return `stays as it is: ${bias}`;
  return corrects === true || bias === true
    ? 'stays as it is: the plan does not name its layer'
    : 'stays as it is: biases of such models are not changed';
}

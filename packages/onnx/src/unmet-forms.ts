import type { QuantizedEntry, StorageNote } from '@lowbit/core';
import type { Outcome } from '@lowbit/core/adapter';
import { measuresRange } from './sites/uint8-site.js';
import type { DescribedSource } from './model-source.js';

type Mark = (note: StorageNote) => StorageNote;

/**
 * Marks the notes on weights of which the plan tells something about a wanted form that does not hold of what was written.
 *
 * @param read The model before it is changed.
 */
export function unmetForms(
  { description, wants }: DescribedSource,
  { plan, entries: planned, activations }: Outcome,
): Mark {
  const told = planned.flatMap(({ entry }) => ('wanted' in entry ? [entry] : []));
  if (told.length === 0) return (note) => note;
  const measuresRanges = [...activations.values()].some(measuresRange);
  const settings = { activations: plan.activations !== undefined, measuresRanges };
  const entries = new Map(told.map((entry) => [entry.id, entry]));
  const forms = new Map(
    description.sites.map((site) => {
      const entry = entries.get(site.id);
      return [site.id, entry && wants(site)?.({ ...entry, ...settings })?.form] as const;
    }),
  );
  return (note) => {
    const entry = entries.get(note.id);
    if (entry === undefined || holds(entry, forms.get(note.id), note.form)) return note;
    return { ...note, unmet: true };
  };
}

/** Of options that were taken for a form: that it was written. Of advice: that it was not. */
function holds({ wanted = '', instead }: QuantizedEntry, form: string | undefined, written: string): boolean {
  if (form === undefined || !wanted.split(' ').includes(form)) return false;
  return written.split('→').includes(form) === (instead !== undefined);
}

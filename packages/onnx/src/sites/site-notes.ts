import type { ActivationNote } from '@lowbit/core/adapter';

/** Gathers what becomes of activation sites while operators are written; a site may have several users. */
export interface SiteNotes {
  /** A user takes the quantized value. Other names than those of the sites are ignored, here and below. */
  written(site: string, form: string, reason: string): void;
  /** A user, or the operator that gives the value, works on floats. */
  left(site: string, reason: string): void;
  /** One note a site: it stays float when no user takes the quantized value. */
  notes(): ActivationNote[];
}

const noUser = 'no operator takes it quantized: those around it compute in floats';

/** @param sites Ids of the plan's sites. */
export function siteNotes(sites: Iterable<string>): SiteNotes {
  const found = new Map(
    [...sites].map((id) => [id, { forms: new Map<string, string>(), left: new Set<string>() }]),
  );
  return {
    written: (site, form, reason) => void found.get(site)?.forms.set(form, reason),
    left: (site, reason) => void found.get(site)?.left.add(reason),
    notes: () => [...found].map(([id, { forms, left }]) => noteOf(id, forms, [...left])),
  };
}

function noteOf(id: string, forms: ReadonlyMap<string, string>, left: readonly string[]): ActivationNote {
  if (forms.size === 0)
    return { id, form: 'float', float: true, reason: left.length === 0 ? noUser : left.join('; ') };
  const elsewhere = left.length === 0 ? [] : [`not everywhere: ${left.join('; ')}`];
  const reason = [...new Set(forms.values()), ...elsewhere].join('; ');
  return { id, form: [...forms.keys()].join(', '), reason };
}

import { find } from './element.js';

const names = ['model', 'settings', 'result', 'compare', 'download', 'transformers'] as const;

/** The parts of the page, in the order in which they appear. */
export type Sections = Readonly<Record<(typeof names)[number], HTMLElement>>;

export function pageSections(): Sections {
  const entries = names.map((name) => [name, find<HTMLElement>(`#${name}`)] as const);
  return Object.fromEntries(entries) as Record<(typeof names)[number], HTMLElement>;
}

export function showSections(isShown: boolean, ...sections: readonly HTMLElement[]): void {
  for (const section of sections) section.hidden = !isShown;
}

/** Replaces what a section shows of a result. */
export function fill(section: HTMLElement, ...content: readonly HTMLElement[]): void {
  find('.content', section).replaceChildren(...content);
}

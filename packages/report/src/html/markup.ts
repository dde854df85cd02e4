/** Markup that is safe to write as it is; only {@link markup} and {@link raw} make it. */
export interface Markup {
  readonly html: string;
}

export type MarkupValue = Markup | readonly Markup[] | string | number;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template tag: what is put in is escaped, unless it is markup itself, so that no name can become markup. */
export function markup(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  const tidy = parts.map((part) => part.replace(/\n\s+/g, '\n'));
  return { html: tidy.reduce((text, part, i) => text + asHtml(values[i - 1] ?? '') + part) };
}

/** Trusted text as markup: constants of this package, and numbers drawn into charts. */
export function raw(html: string): Markup {
  return { html };
}

/** Nothing. */
export const empty: Markup = { html: '' };

function asHtml(value: MarkupValue): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escape(value);
  return 'html' in value ? value.html : value.map(({ html }) => html).join('');
}

/** Control characters are not allowed in HTML and invisible ones deceive: they become a visible mark. */
function escape(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => entities[character] as string)
    .replace(/[^\P{Cc}\n\t]|\p{Cf}/gu, '\u{fffd}');
}

/** How parts of a text stand out, for instance by the colours of a terminal. */
export interface Colors {
  bold(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

const same = (text: string): string => text;

/** Nothing stands out. */
export const plain: Colors = { bold: same, green: same, yellow: same };

/** Text from a model, safe for a terminal: control and invisible format characters become a visible mark. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}');
}

/** The line above a part of a text, and the empty one before it. */
export function heading(text: string, colors: Colors): string {
  return `\n${colors.bold(text)}\n`;
}

/** The lines of a part of a text. */
export function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${printable(line)}\n`).join('');
}

/** Values beside what they are called. */
export function labelled(lines: readonly (readonly [string, string])[]): string {
  return lines.map(([label, text]) => `${label.padEnd(9)} ${printable(text)}\n`).join('');
}

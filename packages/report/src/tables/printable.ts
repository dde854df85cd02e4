/** Text from a model, safe for a terminal: control and invisible format characters become a visible mark. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '\u{fffd}');
}

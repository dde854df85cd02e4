/** The name on the command line of an option as commander names it: `imageSize` becomes `--image-size`. */
export function optionName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A file that may be opened, found at or below a path that the user named. */
export interface FileReference {
  /** The path in the user's own words, for messages. */
  readonly where: string;
  /** Where the file really lies; its last part is not a link. */
  readonly path: string;
  /** The path below the named folder with `/` between parts; the file's own name when it was named itself. */
  readonly name: string;
}

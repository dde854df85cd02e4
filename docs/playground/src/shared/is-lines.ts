/** Whether a file holds data as JSON lines, by its name. */
export const isLines = (name: string): boolean => /\.(jsonl|ndjson)$/i.test(name);

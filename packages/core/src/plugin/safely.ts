import { isLowbitError, LowbitError } from '../errors/error.js';

/** Runs a plugin; what it throws becomes `plugin-failed` with its name, unless it is a LowbitError. */
export function safely<T>(where: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw pluginFailure(where, error);
  }
}

/** The error for what a plugin threw; its own LowbitErrors stay. */
export function pluginFailure(where: string, error: unknown): LowbitError {
  if (isLowbitError(error)) return error;
  return new LowbitError(
    {
      code: 'plugin-failed',
      where,
      received: error instanceof Error ? error.message : String(error),
      remedy: "Report this to the plugin's author, or choose another plugin for this place.",
    },
    { cause: error },
  );
}

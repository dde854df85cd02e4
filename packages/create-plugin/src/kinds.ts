import type { Plugin } from '@lowbit/core';

export type PluginKind = Plugin['kind'];

/** The kinds of plugin, the usual one first. */
export const pluginKinds: readonly PluginKind[] = ['quantizer', 'policy', 'schedule', 'rounder'];

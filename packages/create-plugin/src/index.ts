export { generatePackage, type PackageOptions } from './generate-package.js';
export { pluginKinds, type PluginKind } from './kinds.js';
export { nameOf, type PluginName } from './plugin-name.js';
export { writePackage } from './write-package.js';

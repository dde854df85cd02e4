/** A method for a plugin interface that does not exist yet. */
export default { kind: 'quantizer', api: 3, name: 'from-tomorrow' };

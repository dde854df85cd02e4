/** A method for a plugin interface that does not exist yet. */
export default { kind: 'quantizer', api: 2, name: 'from-tomorrow' };

/** A method that cannot do what it offers. */
export default {
  kind: 'quantizer',
  api: 2,
  name: 'clumsy',
  roles: ['weight'],
  bits: { weight: [4] },
  fit() {
    throw new Error('dropped the values');
  },
};

/** The paper, as lists of methods print it. */
export const paper = 'Chu et al., Pattern Recognition 111 (2021) 107647, arXiv:1912.12656';

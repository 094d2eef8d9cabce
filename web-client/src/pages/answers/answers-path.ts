/** The answers of a pupil; `from` is where the way back from them leads. */
export const answersPath = (personId: string, from: string): string =>
  `/people/${personId}/answers${from === '/' ? '' : `?${new URLSearchParams({ from }).toString()}`}`;

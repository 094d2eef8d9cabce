/**
 * Something that `verify` has to say. `error`: what was stored is damaged, missing or contradicts itself. `warning`: the recording is what it should be, and so was the
 * truth: packets that the network lost, a stretch without any, a lesson that has not ended.
 */
export interface Finding {
  readonly level: 'error' | 'warning';
  readonly message: string;
  /** Key of the object that it is about. */
  readonly key?: string;
}

export const error = (message: string, key?: string): Finding => ({ level: 'error', message, ...keyOf(key) });
export const warning = (message: string, key?: string): Finding => ({ level: 'warning', message, ...keyOf(key) });

function keyOf(key: string | undefined): { readonly key?: string } {
  return key === undefined ? {} : { key };
}

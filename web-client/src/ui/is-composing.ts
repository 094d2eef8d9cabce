/** What a key is called while an input method has it: Safari says that composing is over before the key that ended it. */
const COMPOSING_KEY = 229;

/** Whether a key belongs to a Chinese input method: the Enter that ends a composition sends nothing. */
export const isComposing = (event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean =>
  event.isComposing || event.keyCode === COMPOSING_KEY;

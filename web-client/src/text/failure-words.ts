import type { RequestFailure } from '../api/request-failure.ts';
import type { failureText } from '../messages/failure.ts';
import type { Translate } from './text.ts';

/** With the word, where one was refused. */
export function failureWords(t: Translate<typeof failureText>, { code, details }: RequestFailure): string {
  const { word } = details;
  return code === 'wordRefused' && typeof word === 'string' ? t('wordRefusedOf', { word }) : t(code);
}

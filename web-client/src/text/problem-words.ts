import { useCallback } from 'react';
import type { FieldProblem } from '../../../signaling/protocol/errors.ts';
import { isProblemCode, problemWords } from '../../../signaling/protocol/problems.ts';
import { useLanguage } from './language.ts';

/** What the server found wrong with a field, in the language chosen now; undefined for what only its parser has words for. */
export function useProblemWords(): (problem: Pick<FieldProblem, 'code' | 'values'>) => string | undefined {
  const language = useLanguage();
  return useCallback(
    ({ code, values }) =>
      isProblemCode(code) ? problemWords(code, values, language === 'zh-CN' ? 'zh' : 'en') : undefined,
    [language],
  );
}

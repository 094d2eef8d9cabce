import { useEffect, useMemo, useRef, useState } from 'react';
import { captionsText } from '../../messages/captions.ts';
import { lastBegun, searchCues, type PlacedCue } from '../../player/shown-captions.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { captionName } from './captions-query.ts';
import type { ShownCaptions } from './use-captions.ts';
import styles from './captions.module.css';

/** The words that were searched for, marked where they stand. */
function Marked({ text, words }: { readonly text: string; readonly words: readonly string[] }) {
  if (words.length === 0) return text;
  const escaped = words.map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  const parts = text.split(new RegExp(`(${escaped.join('|')})`, 'i'));
  // Every second part is one that was searched for.
  return parts.map((part, index) => (index % 2 === 1 ? <mark key={`${index}-${part}`}>{part}</mark> : part));
}

interface LinesProps {
  readonly placed: readonly PlacedCue[];
  readonly here: number;
  readonly words: readonly string[];
  readonly follows: boolean;
  readonly onSeek: (positionS: number) => void;
}

function Lines({ placed, here, words, follows, onSeek }: LinesProps) {
  const current = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (follows && here >= 0) current.current?.scrollIntoView({ block: 'nearest' });
  }, [follows, here]);
  return (
    <ol className={styles.lines} data-testid="transcript">
      {placed.map(({ index, cue }) => (
        <li key={index} ref={index === here ? current : null}>
          <button
            type="button"
            aria-current={index === here}
            onClick={() => onSeek(cue.fromMs / 1000)}
            data-testid="transcript-line"
          >
            <time className="tabular">{duration(cue.fromMs)}</time>
            <span className={styles.said}>
              {cue.voice !== null && (
                <b>
                  <Marked text={cue.voice} words={words} />：
                </b>
              )}
              <Marked text={cue.text} words={words} />
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** Everything that is said, following the lesson; searched, it shows where what was typed is said. */
export function CaptionTranscript({
  captions,
  positionS,
  onSeek,
}: {
  readonly captions: ShownCaptions;
  readonly positionS: number;
  readonly onSeek: (positionS: number) => void;
}) {
  const t = useText(captionsText);
  const page = useLanguage();
  const [typed, setTyped] = useState('');
  const [follows, setFollows] = useState(true);
  const { choices, language, cues, isLoading, read } = captions;
  const placed = useMemo(() => searchCues(cues, typed), [cues, typed]);
  const words = useMemo(() => typed.split(/\s+/).filter(Boolean), [typed]);
  useEffect(() => {
    if (language !== undefined) read(language);
    // Once per language: `read` is another function at each rendering.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [language]);
  if (language === undefined) return <p className={styles.found}>{t('empty')}</p>;
  const isSearched = words.length > 0;
  return (
    // A hand that scrolls wants to read elsewhere; a button leads back.
    <div onWheel={() => setFollows(false)} onTouchMove={() => setFollows(false)}>
      <div className={styles.tools}>
        {choices.length > 1 && (
          <select aria-label={t('language')} value={language} onChange={(event) => read(event.target.value)}>
            {choices.map((choice) => (
              <option key={choice.language} value={choice.language}>
                {captionName(choice, page)}
              </option>
            ))}
          </select>
        )}
        <input
          type="search"
          value={typed}
          placeholder={t('search')}
          aria-label={t('search')}
          onChange={(event) => setTyped(event.target.value)}
          data-testid="transcript-search"
        />
        <output className={styles.found}>
          {isLoading && t('loading')}
          {isSearched && (placed.length === 0 ? t('noHits', { words: typed }) : t('hits', { n: placed.length }))}
        </output>
      </div>
      <Lines {...{ placed, words, onSeek }} here={lastBegun(cues, positionS * 1000)} follows={follows && !isSearched} />
      {!follows && !isSearched && (
        <Button className={styles.toNow ?? ''} onClick={() => setFollows(true)} data-testid="transcript-follow">
          {t('follow')}
        </Button>
      )}
    </div>
  );
}

import { useEffect, useState } from 'react';
import { LevelMeter } from '../../call/level-meter.ts';
import { SpeechDetector } from '../../call/speech-detector.ts';

const SHOWN_MS = 6_000;
/** Who goes on speaking to the class in front knows by then. */
const PAUSE_MS = 30_000;

/**
 * True for a while when somebody speaks into the own muted microphone. What is measured is a second handle on the device that goes
 * to a level meter of this page and nowhere else; it ends with the muting.
 */
export function useMutedSpeech(track: MediaStreamTrack | null): boolean {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (track === null || track.readyState === 'ended') return undefined;
    const heard = track.clone();
    heard.enabled = true;
    const detector = new SpeechDetector();
    let saidMs = -Infinity;
    let hiding: ReturnType<typeof setTimeout> | null = null;
    const meter = new LevelMeter(heard, (level) => {
      const nowMs = performance.now();
      if (!detector.add(level, nowMs) || nowMs - saidMs < PAUSE_MS) return;
      saidMs = nowMs;
      setShown(true);
      hiding = setTimeout(() => setShown(false), SHOWN_MS);
    });
    return () => {
      if (hiding !== null) clearTimeout(hiding);
      setShown(false);
      meter.close();
      heard.stop();
    };
  }, [track]);
  return isShown;
}

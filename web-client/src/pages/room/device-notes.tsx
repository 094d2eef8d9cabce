import { useEffect, useSyncExternalStore } from 'react';
import type { DeviceNews } from '../../call/hot-plug.ts';
import type { CallState } from '../../call/room-store.ts';
import { devicesText } from '../../messages/devices.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import type { Translate } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { useCall } from './call-context.ts';
import type { RoomControls } from './use-controls.ts';
import { usePushToTalk } from './use-push-to-talk.ts';
import { useMutedSpeech } from './use-muted-speech.ts';

const NEWS_STAYS_MS = 12_000;

function wordsOf(news: DeviceNews, t: Translate<typeof devicesText>): string {
  const device = t(news.device);
  const { label } = news;
  if (news.kind === 'replaced')
    return label === '' ? t('replacedBySystem', { device }) : t('replaced', { device, label });
  return t(news.kind, { device, label });
}

function NewsNote({ news }: { readonly news: DeviceNews }) {
  const t = useText(devicesText);
  const room = useText(roomText);
  const { hotPlug } = useCall();
  useEffect(() => {
    const timer = setTimeout(() => hotPlug.dismiss(news), NEWS_STAYS_MS);
    return () => clearTimeout(timer);
  }, [news, hotPlug]);
  return (
    <div data-testid="device-news" data-kind={news.kind} data-device={news.device}>
      <Banner tone={news.kind === 'replaced' ? 'warn' : 'calm'}>
        {wordsOf(news, t)}{' '}
        {news.kind === 'arrived' && (
          <Button look="plain" onClick={() => void hotPlug.use(news)} data-testid="use-device">
            {t('use')}
          </Button>
        )}
        <Button look="plain" onClick={() => hotPlug.dismiss(news)}>
          {room('ok')}
        </Button>
      </Banner>
    </div>
  );
}

/** What was plugged in or out. */
export function DeviceNewsNotes() {
  const { hotPlug } = useCall();
  const news = useSyncExternalStore(hotPlug.subscribe, hotPlug.getNews);
  return news.map((one) => <NewsNote key={one.device} news={one} />);
}

export interface MicrophoneNotesProps {
  readonly call: CallState;
  readonly controls: RoomControls;
}

/** What somebody should know about the own microphone while speaking. */
export function MicrophoneNotes({ call, controls }: MicrophoneNotesProps) {
  const t = useText(devicesText);
  const isTalkHeld = usePushToTalk(controls);
  const own = call.media.local.find(({ source }) => source === 'microphone');
  // Whoever may not unmute is not told to, and nobody is told to be heard whom the rules of the class keep shut (SPEC O4).
  const { isShut } = controls.microphone;
  const muted = own?.paused === true && controls.may.microphone && !isShut ? own.track : null;
  const speaks = useMutedSpeech(muted);
  if (isTalkHeld && own?.paused === false && !isShut) {
    return (
      <div data-testid="talk-held">
        <Banner tone="good">{t('talkHeld')}</Banner>
      </div>
    );
  }
  if (!speaks) return null;
  return (
    <div data-testid="muted-speech">
      <Banner tone="warn">
        <strong>{t('mutedSpeech')}</strong>
        <p>{t('mutedSpeechHow')}</p>
        <Button look="plain" onClick={controls.microphone.toggle}>
          {t('unmute')}
        </Button>
      </Banner>
    </div>
  );
}

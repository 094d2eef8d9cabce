import { Volume2 } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { RemoteTrack } from '../../call/remote-media.ts';
import { roomText } from '../../messages/room.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { useCallState } from './call-context.ts';

type Sinkable = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

interface SoundProps {
  readonly remote: RemoteTrack;
  readonly speaker: string | null;
  /** 0 to 100. */
  readonly volume: number;
  readonly onBlocked: (play: () => void) => void;
}

function Sound({ remote, speaker, volume, onBlocked }: SoundProps) {
  const ref = useRef<HTMLAudioElement>(null);
  const { track } = remote;
  useEffect(() => {
    const audio = ref.current;
    if (audio === null) return undefined;
    audio.srcObject = new MediaStream([track]);
    let isGone = false;
    const play = async (): Promise<void> => {
      try {
        await audio.play();
      } catch (error) {
        // A browser may refuse sound before somebody has touched the page.
        if (!isGone && error instanceof Error && error.name === 'NotAllowedError') onBlocked(() => void play());
      }
    };
    void play();
    return () => {
      isGone = true;
      audio.srcObject = null;
    };
  }, [track, onBlocked]);
  useEffect(() => {
    const audio: (Sinkable & { readonly sinkId?: string }) | null = ref.current;
    if (audio === null || (audio.sinkId ?? '') === (speaker ?? '')) return;
    void audio.setSinkId?.(speaker ?? '').catch(() => undefined);
  }, [speaker]);
  useEffect(() => {
    if (ref.current !== null) ref.current.volume = volume / 100;
  }, [volume]);
  return (
    <audio ref={ref} autoPlay data-testid="remote-audio" data-seat-id={remote.seatId} data-source={remote.source}>
      <track kind="captions" />
    </audio>
  );
}

/** Everybody else's sound. When the browser blocks it, one tap opens it. */
export function RemoteSound({ volume = 100 }: { readonly volume?: number }) {
  const t = useText(roomText);
  const { devices } = useServices();
  const { chosen, speakers } = useSyncExternalStore(devices.subscribe, devices.getState);
  // One that was unplugged would play to nobody; it is used again when it is back.
  const isThere = speakers.length === 0 || speakers.some(({ deviceId }) => deviceId === chosen.speaker);
  const speaker = isThere ? chosen.speaker : null;
  const { media } = useCallState();
  const [blocked, setBlocked] = useState<readonly (() => void)[]>([]);
  const addBlocked = useCallback((play: () => void) => setBlocked((all) => [...all, play]), []);
  return (
    <div>
      {media.remote
        .filter((remote) => remote.kind === 'audio')
        .map((remote) => (
          <Sound key={remote.producerId} remote={remote} speaker={speaker} volume={volume} onBlocked={addBlocked} />
        ))}
      {blocked.length > 0 && (
        <Button
          look="primary"
          icon={Volume2}
          onClick={() => {
            setBlocked([]);
            for (const play of blocked) play();
          }}
          data-testid="open-sound"
        >
          {t('tapForSound')}
        </Button>
      )}
    </div>
  );
}

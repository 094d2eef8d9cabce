import type { KeptSite } from '../../../../signaling/protocol/rest/sites.ts';
import type { SiteSetup } from '../../../../signaling/protocol/sites.ts';

/** A screen asks every five seconds what it is wanted to do, and reports a second after it has done it. */
const TAKES_UP_MS = 7_000;

type DeskSetup = Pick<SiteSetup, 'cameras' | 'camera' | 'isMicrophoneOff' | 'volume' | 'layout'>;

const UNSAID = { cameras: [], camera: null, isMicrophoneOff: false, volume: 100, layout: 'auto' } as const;

/** How a screen is set: as it has said, or as it was told since. */
export function setupOf({ health, healthAtMs, wanted }: Pick<KeptSite, 'health' | 'healthAtMs' | 'wanted'>): DeskSetup {
  const isUnheard = (atMs: number | null): boolean => atMs !== null && atMs + TAKES_UP_MS > (healthAtMs ?? 0);
  const said = health ?? UNSAID;
  return {
    cameras: (['pupils', 'teacher'] as const).filter((role) => said.cameras.some((camera) => camera.role === role)),
    camera: isUnheard(wanted.cameraAtMs) ? wanted.camera : said.camera,
    isMicrophoneOff: isUnheard(wanted.microphoneAtMs) ? wanted.isMicrophoneOff : said.isMicrophoneOff,
    volume: isUnheard(wanted.volumeAtMs) ? (wanted.volume ?? said.volume) : said.volume,
    layout: isUnheard(wanted.layoutAtMs) ? wanted.layout : said.layout,
  };
}

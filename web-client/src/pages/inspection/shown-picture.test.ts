import { describe, expect, it } from 'vitest';
import { ProducerId, SeatId } from '../../../../signaling/protocol/ids.ts';
import type { ProducerInfo, Source } from '../../../../signaling/protocol/media.ts';
import type { Participant } from '../../../../signaling/protocol/room.ts';
import type { SeatKind } from '../../../../signaling/protocol/seats.ts';
import { shownPicture } from './shown-picture.ts';

const person = (name: string, seat: SeatKind): Participant => ({
  ...{ seatId: SeatId.parse(name), seat, displayName: name, schoolName: null, wardName: null, isWardClaimed: false },
  ...{ onStage: true, group: null, connected: true, isPhone: false, lineUp: null, lineDown: null },
});
const sent = (name: string, source: Source, paused = false): ProducerInfo => {
  const kind = source === 'microphone' || source === 'screenAudio' ? 'audio' : 'video';
  return { producerId: ProducerId.parse(`${name}-${source}`), seatId: SeatId.parse(name), kind, source, paused };
};
const participants = [person('pupil', 'pupil'), person('far', 'coTeacher'), person('lin', 'lecturer')];
const shown = (...producers: ProducerInfo[]) => shownPicture({ participants, producers })?.producerId ?? null;

describe('the picture of a lesson on the wall', () => {
  it('is the lecturer, else another teacher, else the board, else anybody, and never what is paused or sound', () => {
    const pupil = sent('pupil', 'camera');
    const board = sent('lin', 'screen');
    expect(shown(pupil, board, sent('far', 'camera'), sent('lin', 'camera'))).toBe('lin-camera');
    expect(shown(pupil, board, sent('far', 'camera'), sent('lin', 'camera', true))).toBe('far-camera');
    expect(shown(pupil, board)).toBe('lin-screen');
    expect(shown(pupil, sent('gone', 'camera'))).toBe('pupil-camera');
    expect(shown(sent('lin', 'microphone'), sent('lin', 'camera', true))).toBeNull();
  });
});

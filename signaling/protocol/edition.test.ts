import { describe, expect, it } from 'vitest';
import {
  Edition,
  isLeftOutOf,
  keepsTrack,
  leavesOutTheSame,
  leavesSomethingOut,
  mergeRanges,
  normalEdition,
  WHOLE_EDITION,
} from './edition.ts';
import { TrackId } from './ids.ts';

const [one, other] = [TrackId.parse('one'), TrackId.parse('other')];
const edition = (change: Partial<Edition>): Edition => ({ ...WHOLE_EDITION, ...change });
const range = (fromUs: number, toUs: number) => ({ fromUs, toUs });

describe('an edition', () => {
  it('keeps of lecturer and board what the lecturer sends, and another teacher’s board', () => {
    const strict = edition({ people: 'lecturerAndBoard' });
    const kept = (seat: string, source: 'camera' | 'microphone' | 'screen' | 'screenAudio' | 'visualiser') =>
      keepsTrack(strict, { trackId: one, seat, source });
    expect(kept('lecturer', 'camera') && kept('lecturer', 'microphone') && kept('lecturer', 'screenAudio')).toBe(true);
    expect(kept('coTeacher', 'screen')).toBe(true);
    expect(kept('coTeacher', 'camera')).toBe(false);
    expect(kept('coTeacher', 'microphone')).toBe(false);
    for (const seat of ['pupil', 'site', 'guardian', 'guest', 'observer', 'unknown']) {
      expect([seat, kept(seat, 'screen'), kept(seat, 'camera'), kept(seat, 'microphone')]).toEqual([
        seat,
        false,
        false,
        false,
      ]);
    }
  });

  it('leaves single tracks out, also the lecturer’s', () => {
    const without = edition({ leftOutTracks: [one] });
    expect(keepsTrack(without, { trackId: one, seat: 'lecturer', source: 'camera' })).toBe(false);
    expect(keepsTrack(without, { trackId: other, seat: 'pupil', source: 'camera' })).toBe(true);
    expect([WHOLE_EDITION, edition({ chapters: [] })].some(leavesSomethingOut)).toBe(false);
    expect(leavesSomethingOut(without)).toBe(true);
  });

  it('is written down in one way', () => {
    expect(mergeRanges([range(5, 9), range(0, 2), range(2, 3), range(8, 12), range(6, 7)])).toEqual([
      range(0, 3),
      range(5, 12),
    ]);
    const made = edition({
      leftOutTracks: [other, one, other],
      chapters: [
        { atUs: 9, title: 'b' },
        { atUs: 1, title: 'a' },
      ],
    });
    expect(normalEdition(made)).toEqual({
      ...WHOLE_EDITION,
      leftOutTracks: [one, other],
      chapters: [
        { atUs: 1, title: 'a' },
        { atUs: 9, title: 'b' },
      ],
    });
    expect(Edition.safeParse(edition({ leftOut: [range(3, 3)] })).success).toBe(false);
  });

  it('may be shown for a newer one only when nothing that is left out now is in it', () => {
    const cut = edition({ leftOut: [range(0, 10), range(20, 30)] });
    const wider = edition({ leftOut: [range(0, 30)] });
    expect(isLeftOutOf(wider, cut)).toBe(true);
    expect(isLeftOutOf(cut, wider)).toBe(false);
    expect(isLeftOutOf(cut, WHOLE_EDITION)).toBe(true);
    expect(isLeftOutOf(cut, edition({ people: 'lecturerAndBoard' }))).toBe(false);
    expect(isLeftOutOf(edition({ people: 'lecturerAndBoard' }), edition({ leftOutTracks: [one] }))).toBe(false);
    expect(leavesOutTheSame(cut, edition({ leftOut: [range(20, 30), range(0, 5), range(5, 10)] }))).toBe(true);
    expect(leavesOutTheSame(cut, { ...cut, chapters: [{ atUs: 0, title: '一' }] })).toBe(true);
  });
});

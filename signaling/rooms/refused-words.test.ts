import { describe, expect, it } from 'vitest';
import { idOf, RulesStand } from '../../tests/support/rooms/rules-stand.ts';
import { RequestId } from '../protocol/ids.ts';
import { wordFinder } from './refused-words.ts';

describe('refused words', () => {
  const find = wordFinder(['坏蛋', 'Stupid', 'C++', '傻 瓜']);

  it.each([
    ['plain', '你是坏蛋吗', '坏蛋'],
    ['spaced', '坏　 蛋', '坏蛋'],
    ['with zero-width characters', '坏\u200B\u200D\uFEFF蛋', '坏蛋'],
    ['with a Hangul filler', '坏\u3164蛋', '坏蛋'],
    ['with a Braille blank', '坏\u2800蛋', '坏蛋'],
    ['over two lines', '坏\n蛋', '坏蛋'],
    ['in full width', 'ＳＴＵＰＩＤ！', 'Stupid'],
    ['in mathematical letters', '𝓼𝓽𝓾𝓹𝓲𝓭', 'Stupid'],
    ['spelled out', 's t u p i d', 'Stupid'],
    ['under accents', 's\u0336t\u0336u\u0336p\u0336i\u0336d\u0336', 'Stupid'],
    ['with signs of patterns', '我会 c++', 'C++'],
    ['given with a space', '傻瓜', '傻 瓜'],
  ])('are found %s (Y1)', (_how, text, word) => {
    expect(find(text)).toBe(word);
  });

  it.each(['蛋坏了', 'stupidity', 'unstupid', 'c', '好', ''])('are not found in “%s” (Y1)', (text) => {
    expect(find(text)).toBeNull();
  });

  it('of nothing but what nobody sees refuse nothing (Y1)', () => {
    expect(wordFinder(['\u200B', ' '])('什么都行')).toBeNull();
  });

  it('hold after a take-over as they were read last, also while the database is away (Y1, T1)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    stand.store.words.push('坏蛋');
    const requestId = RequestId.parse('request-1-0000000000');
    await stand.room.seatOrders.sendChat(stand.seat(pupil, 'chat'), requestId, '好');
    const after = new RulesStand({ before: stand, saved: stand.saved() });
    after.store.isAway = true;
    await expect(after.room.parts.tools.words.assertAllowed('坏 蛋')).rejects.toMatchObject({ code: 'wordRefused' });
    await expect(after.room.parts.tools.words.assertAllowed('好')).resolves.toBeUndefined();
  });

  it('keep a message from everybody and tell its sender the word, from ten seconds after they are set (Y1)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    const send = (n: number, text: string) =>
      stand.room.seatOrders.sendChat(stand.seat(pupil, 'chat'), RequestId.parse(`request-${n}-0000000000`), text);
    await send(1, '坏蛋');
    stand.store.words.push('坏蛋');
    await stand.clock.pass(10_001);
    // Who asks first has it read anew for those who come after.
    await send(2, '好').catch(() => undefined);
    await expect(send(3, '坏 蛋')).rejects.toMatchObject({ code: 'wordRefused', details: { word: '坏蛋' } });
    stand.store.isAway = true;
    await stand.clock.pass(10_001);
    await expect(send(4, '坏蛋')).rejects.toMatchObject({ code: 'wordRefused' });
    expect(stand.store.chats.map(({ message }) => message.text)).toEqual(['坏蛋', '好']);
    expect(idOf(pupil)).toBeDefined();
  });
});

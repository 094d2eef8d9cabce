import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RoomId, SeatId } from '../protocol/ids.ts';
import { SeatTokenSigner } from './seat-token.ts';

const claims = { roomId: RoomId.parse(randomUUID()), seatId: SeatId.parse(randomUUID()), generation: 7 };

describe('SeatTokenSigner', () => {
  const signer = new SeatTokenSigner('the secret');

  it('gives back what it signed (H3)', () => {
    expect(signer.verify(signer.sign(claims))).toEqual(claims);
  });

  it.each([
    ['another seat', (token: string) => token.replace(claims.seatId, randomUUID())],
    ['another room', (token: string) => token.replace(claims.roomId, randomUUID())],
    ['a higher generation', (token: string) => token.replace('.7.', '.8.')],
    ['a cut signature', (token: string) => token.slice(0, -4)],
    ['no signature', (token: string) => token.split('.').slice(0, 3).join('.')],
    ['nothing', () => ''],
    ['something else', () => '....'],
  ])('refuses a token changed to %s (H3)', (_what, change) => {
    expect(() => signer.verify(change(signer.sign(claims)))).toThrow('seatTokenInvalid');
  });

  it('refuses a token of another secret (H3)', () => {
    expect(() => signer.verify(new SeatTokenSigner('another').sign(claims))).toThrow('seatTokenInvalid');
  });
});

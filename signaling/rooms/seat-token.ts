import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { AppError } from '../protocol/errors.ts';
import { RoomId, SeatId } from '../protocol/ids.ts';

const SeatClaims = z.object({
  roomId: RoomId,
  seatId: SeatId,
  /** Grows with each token of the seat; the seat decides which are still taken (SPEC H3). */
  generation: z.int().nonnegative(),
});
export type SeatClaims = z.infer<typeof SeatClaims>;

/**
 * Seat tokens: `roomId.seatId.generation.base64url(HMAC-SHA-256)`. They carry no time: a token lives as long as its seat keeps a
 * connection, plus 30 s, which only the seat's room knows.
 */
export class SeatTokenSigner {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  sign(claims: SeatClaims): string {
    const body = `${claims.roomId}.${claims.seatId}.${claims.generation}`;
    return `${body}.${this.#mac(body).toString('base64url')}`;
  }

  /** @throws AppError `seatTokenInvalid` for everything but an intact token. */
  verify(token: string): SeatClaims {
    const parts = token.split('.');
    const [roomId, seatId, generation, mac] = parts;
    if (parts.length !== 4 || mac === undefined || generation === undefined || !/^\d{1,9}$/.test(generation)) {
      throw new AppError('seatTokenInvalid');
    }
    const given = Buffer.from(mac, 'base64url');
    const expected = this.#mac(`${roomId}.${seatId}.${generation}`);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new AppError('seatTokenInvalid');
    const claims = SeatClaims.safeParse({ roomId, seatId, generation: Number(generation) });
    if (!claims.success) throw new AppError('seatTokenInvalid');
    return claims.data;
  }

  #mac(body: string): Buffer {
    return createHmac('sha256', this.#secret).update(`seat\n${body}`).digest();
  }
}

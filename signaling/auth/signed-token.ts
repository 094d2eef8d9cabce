import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { AppError, type ErrorCode } from '../protocol/errors.ts';

const Envelope = z.object({ claims: z.unknown(), exp: z.number() });

/**
 * Short-lived signed claims: `base64url(JSON).base64url(HMAC-SHA-256)`. The purpose is part of what is signed, so that a token
 * of one kind is never taken for another.
 */
export class TokenSigner<S extends z.ZodObject> {
  readonly #purpose: string;
  readonly #secret: string;
  readonly #schema: S;
  readonly #refusal: ErrorCode;

  constructor(options: { purpose: string; secret: string; schema: S; refusal: ErrorCode }) {
    this.#purpose = options.purpose;
    this.#secret = options.secret;
    this.#schema = options.schema;
    this.#refusal = options.refusal;
  }

  sign(claims: z.input<S>, expiresAtMs: number): string {
    const body = Buffer.from(JSON.stringify({ claims, exp: expiresAtMs })).toString('base64url');
    return `${body}.${this.#mac(body).toString('base64url')}`;
  }

  /** @throws AppError with the signer's refusal code for everything but an intact, unexpired token. */
  verify(token: string, nowMs: number): z.output<S> {
    const [body, mac, ...rest] = token.split('.');
    if (body === undefined || mac === undefined || rest.length > 0) throw new AppError(this.#refusal);
    const given = Buffer.from(mac, 'base64url');
    const expected = this.#mac(body);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new AppError(this.#refusal);
    const envelope = Envelope.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
    if (!envelope.success || envelope.data.exp <= nowMs) throw new AppError(this.#refusal);
    const claims = this.#schema.safeParse(envelope.data.claims);
    if (!claims.success) throw new AppError(this.#refusal);
    return claims.data;
  }

  #mac(body: string): Buffer {
    return createHmac('sha256', this.#secret).update(`${this.#purpose}\n${body}`).digest();
  }
}

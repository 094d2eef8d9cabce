import type { Ack, WireError } from '../protocol/define.ts';
import { AppError } from '../protocol/errors.ts';
import { roomRequests, type RoomParsedParams, type RoomRequestName, type RoomResult } from '../protocol/room.ts';
import type { Log } from '../runtime/log.ts';
import { toWireError } from './ack.ts';
import type { RequestBudget } from './request-budget.ts';

/** One handler for each request of the contract: a missing one does not compile. `Peer` is who asks. */
export type RoomHandlers<Peer> = {
  readonly [N in RoomRequestName]: (params: RoomParsedParams<N>, peer: Peer) => Promise<RoomResult<N>> | RoomResult<N>;
};

/** As much of a Socket.IO socket as binding needs. */
export interface BindableSocket {
  onAny(listener: (name: string, ...args: unknown[]) => void): unknown;
  disconnect(close: boolean): unknown;
}

export interface BindOptions<Peer> {
  readonly socket: BindableSocket;
  readonly handlers: RoomHandlers<Peer>;
  /** Who asks, if it may ask this at all. @throws AppError */
  readonly authorize: (name: RoomRequestName) => Peer;
  /** Of the seat, not of this socket. */
  readonly budget: RequestBudget;
  readonly log: Log;
  readonly nowMs: () => number;
  /** Results are checked against the contract too; on in tests and development. */
  readonly checksOutput: boolean;
}

/**
 * Binds the contract to a socket: budget → parse → authorize → handle → typed ack. One listener serves all requests, because one per
 * request and socket would cost more memory than everything else of an idle peer.
 */
export function bindRoomRequests<Peer>(options: BindOptions<Peer>): void {
  const { socket, budget, log } = options;
  socket.onAny((name, ...args) => {
    const last = args.at(-1);
    const ack = typeof last === 'function' ? (last as (reply: Ack<unknown>) => void) : () => undefined;
    const params = typeof last === 'function' && args.length === 1 ? {} : args[0];
    answer(options, name, params)
      .then((data) => ack({ ok: true, data }))
      .catch((error: unknown) => {
        ack({ ok: false, error: wireErrorOf(error, log, name) });
        if (isAbuse(error) && !budget.strike(options.nowMs())) {
          log.warn({ request: name.slice(0, 64) }, 'socket cut off for malformed requests');
          socket.disconnect(true);
        }
      });
  });
}

async function answer<Peer>(options: BindOptions<Peer>, name: string, rawParams: unknown): Promise<unknown> {
  if (!options.budget.take(name, options.nowMs())) throw new AppError('tooManyRequests');
  if (!isRequestName(name)) throw new AppError('invalidInput', { message: 'unknown request' });
  const parsed = roomRequests[name].params.safeParse(rawParams);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
    throw new AppError('invalidInput', { details: { problems } });
  }
  const peer = options.authorize(name);
  // The mapped type of `handlers` ties name and parameters; a lookup by a union of names loses the tie, so it is restated here.
  const handle = options.handlers[name] as (params: unknown, peer: Peer) => unknown;
  const result = await handle(parsed.data, peer);
  return options.checksOutput ? roomRequests[name].result.parse(result) : result;
}

function isRequestName(name: string): name is RoomRequestName {
  return Object.hasOwn(roomRequests, name);
}

function isAbuse(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'invalidInput' || error.code === 'tooManyRequests');
}

/** `problems` has its own place on the wire. */
function wireErrorOf(error: unknown, log: Log, name: string): WireError {
  const { details, ...wire } = toWireError(error, log, name.slice(0, 64));
  if (details === undefined) return wire;
  const { problems, ...rest } = details;
  return {
    ...wire,
    ...(Object.keys(rest).length === 0 ? {} : { details: rest }),
    ...(Array.isArray(problems) ? { problems: problems as NonNullable<WireError['problems']> } : {}),
  };
}

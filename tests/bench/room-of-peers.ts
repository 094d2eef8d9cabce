import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { loadSecrets } from '../../setup/supervisor/secrets.ts';
import { TokenSigner } from '../../signaling/auth/signed-token.ts';
import { LessonId, RoomId, type InvitationId } from '../../signaling/protocol/ids.ts';
import { JoinClaims } from '../../signaling/rooms/join-claims.ts';
import { RoomClient } from '../integration/room/room-client.ts';
import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import { RestClient } from '../support/clients/rest-client.ts';
import { Stack } from '../support/stands/stack.ts';
import type { BenchStage } from './bench-stage.ts';

const TEACHER = 'lin.laoshi';
const LESSON = '望庐山瀑布';
const TOKEN_MS = 300_000;
const GUEST_ID_CHARS = 40;
const MOST_INSIDE = 5_000;

/** How long each answer of one arrival took, ms. */
export interface Arrival {
  readonly enterMs: number;
  readonly handshakeMs: number;
  readonly transportMs: number;
}

/** A live lesson of the whole stack, and as many peers without a browser as wanted: the real wire, the real transports. */
export class RoomOfPeers {
  readonly stack: Stack;
  readonly #lessonId: LessonId;
  readonly #invitationId: InvitationId;
  readonly #tokens: TokenSigner<typeof JoinClaims>;
  readonly #rest: RestClient;
  readonly #clients: RoomClient[] = [];

  static async open(stage: BenchStage, env: Readonly<Record<string, string>> = {}): Promise<RoomOfPeers> {
    const stack = stage.keep(
      await Stack.start({ ROOM_WEBRTC_MAX: String(MOST_INSIDE), LOG_LEVEL: 'warn', ...env }),
      (opened) => opened.stop(),
    );
    const teacher = await signedIn(stack, TEACHER);
    const lessonId = LessonId.parse(await lessonIdOf(teacher, LESSON));
    const { invitationId } = await teacher.call('createInvitation', { params: { lessonId }, body: { seat: 'guest' } });
    const room = new RoomOfPeers(stack, lessonId, invitationId);
    stage.keep(room, (opened) => opened.close());
    const { joinToken } = await teacher.call('joinLesson', { params: { lessonId } });
    await room.#arrive(joinToken);
    return room;
  }

  private constructor(stack: Stack, lessonId: LessonId, invitationId: InvitationId) {
    this.stack = stack;
    this.#lessonId = lessonId;
    this.#invitationId = invitationId;
    this.#rest = new RestClient(stack.url);
    const { session } = loadSecrets(join(stack.dataFolder, 'secrets.json'));
    this.#tokens = new TokenSigner({
      purpose: 'join',
      secret: session,
      schema: JoinClaims,
      refusal: 'seatTokenInvalid',
    });
  }

  /** A token as `joinLesson` gives it, for one more pupil. */
  issueToken(): string {
    return this.#tokens.sign(this.#claims(), Date.now() + TOKEN_MS);
  }

  /** Enters with a token, takes the seat, connects the transport to receive. @throws when any of it is refused. */
  async arrive(joinToken: string): Promise<Arrival> {
    return this.#arrive(joinToken);
  }

  close(): void {
    for (const client of this.#clients.splice(0)) client.close();
  }

  async #arrive(joinToken: string): Promise<Arrival> {
    const startedMs = performance.now();
    const roomId = RoomId.parse(this.#lessonId);
    const entered = await this.#rest.call('enterRoom', { params: { roomId }, body: { joinToken } });
    const enteredMs = performance.now();
    const client = new RoomClient(this.stack.url, this.#claims(), entered);
    this.#clients.push(client);
    await client.connect();
    const connectedMs = performance.now();
    if (entered.transports === null) throw new Error('no transports');
    await client.connectTransport(entered.transports.recv.transportId);
    return {
      enterMs: enteredMs - startedMs,
      handshakeMs: connectedMs - enteredMs,
      transportMs: performance.now() - connectedMs,
    };
  }

  #claims(): JoinClaims {
    const jti = randomUUID();
    return {
      jti,
      lessonId: this.#lessonId,
      seat: 'pupil',
      identity: {
        kind: 'guest',
        guestId: createHash('sha256').update(jti).digest('hex').slice(0, GUEST_ID_CHARS),
        invitationId: this.#invitationId,
      },
      displayName: `同学${jti.slice(0, 4)}`,
      schoolName: '实验小学',
      region: null,
      phoneOf: null,
      mayTeach: false,
      allowsWall: false,
      wardName: null,
      isWardClaimed: false,
      classGroup: '三年级一班',
    };
  }
}

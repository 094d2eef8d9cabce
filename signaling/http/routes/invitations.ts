import { newSecretToken, tokenHash } from '../../auth/secret-token.ts';
import { AppError } from '../../protocol/errors.ts';
import type { LessonId } from '../../protocol/ids.ts';
import type { Invitation as InvitationView } from '../../protocol/rest/lessons.ts';
import type { Invitation } from '../../../storage/ports.ts';
import type * as z from 'zod';
import { personOf } from '../caller.ts';
import { lessonFacts } from '../../directory/lesson-facts.ts';
import type { RestDependencies } from '../dependencies.ts';
import { isOver } from '../lesson-view.ts';
import type { RestHandlers } from '../serve-route.ts';
import { assertNoWord, wordFinder } from '../../rooms/refused-words.ts';
import { assertOpen, joinGrant } from './joining.ts';
import { assertManagesLesson, visibleLesson } from './lessons.ts';

type Names = 'createInvitation' | 'listInvitations' | 'revokeInvitation' | 'openInvitation' | 'joinByInvitation';

/** An invitation outlives the planned end: meetings run over, and people come back to the same link. */
const VALID_AFTER_END_MS = 4 * 3_600_000;

function viewOf(invitation: Invitation): z.input<typeof InvitationView> {
  const { invitationId, lessonId, label, seat, expiresAtMs } = invitation;
  return { invitationId, lessonId, label, seat, expiresAtMs };
}

export class InvitationRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #stores: RestDependencies['stores'];
  readonly #limits: RestDependencies['limits'];
  readonly #nowMs: RestDependencies['nowMs'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#stores = dependencies.stores;
    this.#limits = dependencies.limits;
    this.#nowMs = dependencies.nowMs;
  }

  readonly createInvitation: RestHandlers['createInvitation'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    const { lesson } = await visibleLesson(this.#dependencies, caller, params.lessonId);
    assertManagesLesson(caller, lesson);
    if (isOver(lesson, this.#nowMs())) throw new AppError('lessonEnded');
    if (lesson.origin !== 'class') throw new AppError('forbidden');
    const token = newSecretToken();
    const invitation = await this.#stores.invitations.create({
      ...body,
      lessonId: lesson.lessonId,
      tokenHash: tokenHash(token),
      createdBy: caller.personId,
      createdAtMs: this.#nowMs(),
      expiresAtMs: lesson.endsAtMs + VALID_AFTER_END_MS,
    });
    return { ...viewOf(invitation), token, url: `${context.origin}/join/${token}` };
  };

  readonly listInvitations: RestHandlers['listInvitations'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const { lesson } = await visibleLesson(this.#dependencies, caller, params.lessonId);
    assertManagesLesson(caller, lesson);
    return { invitations: (await this.#stores.invitations.list(lesson.lessonId, this.#nowMs())).map(viewOf) };
  };

  readonly revokeInvitation: RestHandlers['revokeInvitation'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const { lesson } = await visibleLesson(this.#dependencies, caller, params.lessonId);
    assertManagesLesson(caller, lesson);
    await this.#stores.invitations.revoke(lesson.lessonId, params.invitationId);
    return {};
  };

  readonly openInvitation: RestHandlers['openInvitation'] = async ({ params }, context) => {
    const { invitation, lesson } = await this.#invited(params.token, context.address);
    return { lesson: lessonFacts(lesson), seat: invitation.seat, label: invitation.label };
  };

  readonly joinByInvitation: RestHandlers['joinByInvitation'] = async ({ params, body }, context) => {
    const { lesson } = await this.#invited(params.token, context.address);
    assertOpen(lesson, 'guest', this.#nowMs());
    await this.#assertNamesAllowed(lesson.lessonId, [body.displayName, body.wardName]);
    const guestId = tokenHash(`${lesson.lessonId}\n${body.guestKey}`);
    const invitation = await this.#stores.invitations.use(tokenHash(params.token), guestId, this.#nowMs());
    return joinGrant(this.#dependencies, lesson, {
      seat: invitation.seat,
      identity: { kind: 'guest', guestId, invitationId: invitation.invitationId },
      displayName: body.displayName,
      schoolName: null,
      region: null,
      allowsWall: false,
      mayTeach: false,
      wardName: invitation.wardName ?? body.wardName,
      isWardClaimed: invitation.wardName === null && body.wardName !== null,
      classGroup: null,
    });
  };

  /** A name is read by everybody. @throws AppError `wordRefused` */
  async #assertNamesAllowed(lessonId: LessonId, names: readonly (string | null)[]): Promise<void> {
    const find = wordFinder(await this.#stores.words.wordsOfLesson(lessonId));
    for (const name of names) if (name !== null) assertNoWord(find, name);
  }

  async #invited(token: string, address: string) {
    await this.#limits.consume('invitationAddress', address);
    const invitation = await this.#stores.invitations.find(tokenHash(token), this.#nowMs());
    const lesson = invitation === undefined ? undefined : await this.#stores.lessons.lesson(invitation.lessonId);
    if (invitation === undefined || lesson === undefined) throw new AppError('invitationExpired');
    return { invitation, lesson };
  }
}

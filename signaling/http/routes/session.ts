import type { Credentials } from '../../../storage/ports.ts';
import { hashPassword, isPassword } from '../../auth/password.ts';
import { PERSON_COOKIE, PERSON_SESSION_MS } from '../../auth/sessions.ts';
import { newSecretToken, tokenHash } from '../../auth/secret-token.ts';
import { AppError, fieldProblem } from '../../protocol/errors.ts';
import type { PersonId } from '../../protocol/ids.ts';
import type { Me } from '../../protocol/rest/shapes.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { personOf } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers, RouteContext } from '../serve-route.ts';

type Names = 'systemInfo' | 'setUpDistrict' | 'signIn' | 'whoAmI' | 'signOut' | 'changePassword';

export const SETUP_TOKEN_SETTING = 'setupTokenHash';
/** Compared with when there is no such account, so that the time taken does not tell. */
const NOBODYS_PASSWORD = newSecretToken();

async function meOf(dependencies: RestDependencies, personId: PersonId): Promise<Me> {
  const me = await dependencies.stores.directory.me(personId);
  if (me === undefined) throw new AppError('signedOut');
  return me;
}

async function openSession(dependencies: RestDependencies, context: RouteContext, personId: PersonId): Promise<Me> {
  const token = await dependencies.sessions.openForPerson(personId);
  context.setCookie(PERSON_COOKIE, token, PERSON_SESSION_MS);
  return meOf(dependencies, personId);
}

/**
 * Whoever must change the password has opened this very session with it: all others ended when it was given out.
 *
 * @throws AppError `wrongCredentials`
 */
async function assertKnowsPassword(current: string | undefined, credentials: Credentials): Promise<void> {
  if (current === undefined && credentials.mustChangePassword) return;
  if (current === undefined || !(await isPassword(current, credentials.passwordHash))) {
    throw new AppError('wrongCredentials');
  }
}

export class SessionRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #stores: RestDependencies['stores'];
  readonly #limits: RestDependencies['limits'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#stores = dependencies.stores;
    this.#limits = dependencies.limits;
  }

  readonly systemInfo: RestHandlers['systemInfo'] = async () => ({
    districtName: (await this.#stores.directory.districtName()) ?? '',
    protocolVersion: PROTOCOL_VERSION,
    version: this.#dependencies.version,
    isDemo: this.#dependencies.isDemo,
    demoAccounts: [...this.#dependencies.demo.signIns],
    demoSites: this.#dependencies.demo.sites.map(({ classroom, school, code }) => ({ classroom, school, code })),
    needsSetup: !(await this.#stores.directory.hasAdministrator()),
    hasLocalAuthority: this.#dependencies.hasLocalAuthority,
    roomCapabilities: this.#dependencies.rooms.roomCapabilities,
    serverNowMs: this.#dependencies.nowMs(),
  });

  readonly setUpDistrict: RestHandlers['setUpDistrict'] = async ({ body }, context) => {
    await this.#limits.consume('enrolmentAddress', context.address);
    if (await this.#stores.directory.hasAdministrator()) throw new AppError('gone');
    const expected = await this.#stores.settings.get(SETUP_TOKEN_SETTING);
    if (expected !== tokenHash(body.token)) throw new AppError('forbidden');
    const { districtName, account, displayName } = body;
    const passwordHash = await hashPassword(body.password);
    const person = await this.#stores.directory.setUpDistrict(districtName, { account, displayName, passwordHash });
    await this.#stores.settings.delete(SETUP_TOKEN_SETTING);
    return openSession(this.#dependencies, context, person.personId);
  };

  readonly signIn: RestHandlers['signIn'] = async ({ body }, context) => {
    const atMs = this.#dependencies.nowMs();
    const entry = { atMs, targetId: null, schoolId: null, address: context.address, details: {} };
    try {
      const personId = await this.#checkCredentials(body.account, body.password, context.address);
      await this.#stores.audit.append({ ...entry, actor: { kind: 'person', personId }, action: 'session.opened' });
      return await openSession(this.#dependencies, context, personId);
    } catch (error) {
      if (error instanceof AppError && error.code === 'wrongCredentials') {
        await this.#stores.audit.append({ ...entry, actor: { kind: 'guest' }, action: 'session.refused' });
      }
      throw error;
    }
  };

  readonly whoAmI: RestHandlers['whoAmI'] = async (_input, { caller }) => ({
    me: caller.kind === 'person' ? ((await this.#stores.directory.me(caller.personId)) ?? null) : null,
  });

  readonly signOut: RestHandlers['signOut'] = async (_input, context) => {
    if (context.caller.kind === 'person') await this.#stores.sessions.end(context.caller.sessionHash);
    context.clearCookie(PERSON_COOKIE);
    return {};
  };

  readonly changePassword: RestHandlers['changePassword'] = async ({ body }, context) => {
    const person = personOf(context.caller);
    await this.#limits.consume('signInAccount', person.personId);
    const credentials = await this.#stores.directory.credentialsOf(person.personId);
    if (credentials === undefined) throw new AppError('wrongCredentials');
    await assertKnowsPassword(body.current, credentials);
    if (await isPassword(body.next, credentials.passwordHash)) throw fieldProblem('next', 'passwordUnchanged');
    const passwordHash = await hashPassword(body.next);
    await this.#stores.directory.setPasswords([{ personId: person.personId, passwordHash, mustChangePassword: false }]);
    await this.#stores.sessions.endAllOf({ kind: 'person', personId: person.personId }, person.sessionHash);
    await this.#limits.reset('signInAccount', person.personId);
    return {};
  };

  readonly #nobodysHash = hashPassword(NOBODYS_PASSWORD);

  /** @throws AppError `wrongCredentials`, the same for an unknown account, a wrong password and one switched off. */
  async #checkCredentials(account: string, password: string, address: string): Promise<PersonId> {
    await this.#limits.consume('signInAddress', address);
    await this.#limits.consume('signInAccount', account);
    const credentials = await this.#stores.directory.credentials(account);
    const isRight = await isPassword(password, credentials?.passwordHash ?? (await this.#nobodysHash));
    if (credentials === undefined || !isRight || !credentials.isActive) throw new AppError('wrongCredentials');
    await this.#limits.reset('signInAccount', account);
    return credentials.personId;
  }
}

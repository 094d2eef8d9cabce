import { RestClient } from './rest-client.ts';
import type { DemoSignIns, Stack } from '../stands/stack.ts';

type CallerName = 'nobody' | 'student' | 'guardian' | 'teacher' | 'schoolAdmin' | 'districtAdmin' | 'site' | 'newcomer';

const NEWCOMER = { displayName: '新管理员', role: 'districtAdmin', schoolId: null } as const;

/** One signed-in client per role of the demo district, and one who has yet to set an own password. */
export class Callers {
  readonly #stack: Stack;
  readonly #signIns: DemoSignIns[number][];
  readonly #clients = new Map<CallerName, RestClient>();

  private constructor(stack: Stack, signIns: DemoSignIns) {
    this.#stack = stack;
    this.#signIns = [...signIns];
  }

  static async signIn(stack: Stack): Promise<Callers> {
    const callers = new Callers(stack, await stack.demoSignIns());
    for (const name of ['student', 'guardian', 'teacher', 'schoolAdmin', 'districtAdmin'] as const) {
      callers.#clients.set(name, await callers.fresh(name));
    }
    callers.#clients.set('nobody', new RestClient(stack.url));
    callers.#clients.set('site', await callers.#enrolledSite());
    const { slip } = await callers.of('districtAdmin').call('createPerson', { body: NEWCOMER });
    callers.#signIns.push({ ...slip, role: 'newcomer', name: slip.displayName, school: '' });
    callers.#clients.set('newcomer', await callers.fresh('newcomer'));
    return callers;
  }

  of(name: CallerName): RestClient {
    const client = this.#clients.get(name);
    if (client === undefined) throw new Error(`no client for ${name}`);
    return client;
  }

  /** A second browser of the same role; a second screen would sign the first one out, so a site gets that again. */
  async fresh(name: CallerName): Promise<RestClient> {
    if (name === 'site') return this.of('site');
    const client = new RestClient(this.#stack.url);
    const signIn = this.#signIns.find((candidate) => candidate.role === name);
    if (signIn === undefined) return client;
    await client.call('signIn', { body: { account: signIn.account, password: signIn.password } });
    return client;
  }

  async #enrolledSite(): Promise<RestClient> {
    const [site] = await this.#stack.demoSites();
    if (site === undefined) throw new Error('the demo district has no classroom');
    const client = new RestClient(this.#stack.url);
    await client.call('enrolSite', { body: { code: site.code } });
    return client;
  }
}

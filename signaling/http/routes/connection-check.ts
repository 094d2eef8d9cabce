import { turnServers } from '../../auth/turn-credentials.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';

type Names = 'startConnectionCheck' | 'connectConnectionCheck';

export class ConnectionCheckRoutes implements Pick<RestHandlers, Names> {
  readonly #connectionChecks: RestDependencies['connectionChecks'];
  readonly #limits: RestDependencies['limits'];
  readonly #turn: RestDependencies['turn'];
  readonly #nowMs: RestDependencies['nowMs'];

  constructor(dependencies: RestDependencies) {
    this.#connectionChecks = dependencies.connectionChecks;
    this.#limits = dependencies.limits;
    this.#turn = dependencies.turn;
    this.#nowMs = dependencies.nowMs;
  }

  readonly startConnectionCheck: RestHandlers['startConnectionCheck'] = async (_input, context) => {
    await this.#limits.consume('connectionCheckAddress', context.address);
    const check = await this.#connectionChecks.start();
    return { ...check, iceServers: turnServers(this.#turn, check.checkId, this.#nowMs()) };
  };
  readonly connectConnectionCheck: RestHandlers['connectConnectionCheck'] = async ({ params, body }) => {
    await this.#connectionChecks.connect(params.checkId, body.transportId, body.dtlsParameters);
    return {};
  };
}

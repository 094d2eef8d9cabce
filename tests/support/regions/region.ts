import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RelayedNode } from '../../net/pipe-relay.ts';

const run = promisify(execFile);
const ip = (...args: string[]) => run('ip', args);

/** A machine in another part of the country: a network namespace that reaches this machine and, through it alone, other regions. */
export class Region implements RelayedNode {
  readonly name: string;
  /** Of this machine, as seen from there. */
  readonly serverAddress: string;
  readonly address: string;
  readonly standIn: string;
  readonly #namespace: string;

  private constructor(name: string, index: number) {
    const net = `10.${232 + index}.${1 + (process.pid % 250)}`;
    this.name = name;
    this.#namespace = `tkr${process.pid}n${index}`;
    this.serverAddress = `${net}.1`;
    this.address = `${net}.2`;
    this.standIn = `${net}.101`;
  }

  /** @param index tells the regions of one test apart. */
  static async create(name: string, index: number): Promise<Region> {
    const region = new Region(name, index);
    const namespace = region.#namespace;
    const [outside, inside] = [`${namespace}h`, `${namespace}s`];
    await ip('netns', 'add', namespace);
    await ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', namespace);
    for (const address of [region.serverAddress, region.standIn])
      await ip('addr', 'add', `${address}/24`, 'dev', outside);
    await ip('link', 'set', outside, 'up');
    await ip('-n', namespace, 'addr', 'add', `${region.address}/24`, 'dev', inside);
    await ip('-n', namespace, 'link', 'set', inside, 'up');
    await ip('-n', namespace, 'link', 'set', 'lo', 'up');
    await ip('-n', namespace, 'route', 'add', 'default', 'via', region.serverAddress);
    return region;
  }

  /** The command that runs a program there. */
  command(program: string, ...args: string[]): { readonly program: string; readonly args: readonly string[] } {
    return { program: 'ip', args: ['netns', 'exec', this.#namespace, program, ...args] };
  }

  async close(): Promise<void> {
    await ip('netns', 'delete', this.#namespace);
  }
}

import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A school with a line of its own that can be cut or filtered: a network namespace behind a veth pair. */
export class PartnerSchool {
  /** Under which the school reaches this machine's servers. */
  readonly serverAddress: string;
  readonly #name: string;
  readonly #folder: string;

  private constructor(name: string, serverAddress: string, folder: string) {
    this.#name = name;
    this.serverAddress = serverAddress;
    this.#folder = folder;
  }

  static async create(): Promise<PartnerSchool> {
    const subnet = 1 + (process.pid % 250);
    const name = `tk${process.pid}`;
    const folder = await mkdtemp(join(tmpdir(), 'tongke-school-'));
    const school = new PartnerSchool(name, `10.231.${subnet}.1`, folder);
    const ip = (...args: string[]) => run('ip', args);
    await ip('netns', 'add', name);
    await ip('link', 'add', `${name}h`, 'type', 'veth', 'peer', 'name', `${name}s`, 'netns', name);
    await ip('addr', 'add', `${school.serverAddress}/24`, 'dev', `${name}h`);
    await ip('link', 'set', `${name}h`, 'up');
    await ip('-n', name, 'addr', 'add', `10.231.${subnet}.2/24`, 'dev', `${name}s`);
    await ip('-n', name, 'link', 'set', `${name}s`, 'up');
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    return school;
  }

  /** A firewall that lets TCP through and nothing else. */
  async blockUdp(): Promise<void> {
    for (const chain of ['INPUT', 'OUTPUT']) await this.#iptables('-A', chain, '-p', 'udp', '-j', 'DROP');
  }

  /** Not a packet comes in or goes out any more, and nobody is told: the link stays up. */
  async cut(): Promise<void> {
    for (const rule of this.#cutRules()) await this.#iptables('-I', ...rule);
  }

  async heal(): Promise<void> {
    for (const rule of this.#cutRules()) await this.#iptables('-D', ...rule);
  }

  /** Packets that the rules have swallowed. */
  async droppedPackets(): Promise<number> {
    const stdout = await this.#iptables('-L', '-v', '-n', '-x');
    return [...stdout.matchAll(/^\s*(\d+)\s+\d+\s+DROP/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
  }

  /** A Chromium that lives in the school. */
  async browserPath(): Promise<string> {
    const path = join(this.#folder, 'chromium');
    const chromium = process.env['TONGKE_CHROMIUM_BIN'] ?? '/usr/bin/chromium';
    await writeFile(path, `#!/bin/sh\nexec ip netns exec ${this.#name} ${chromium} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  }

  async close(): Promise<void> {
    await run('ip', ['netns', 'delete', this.#name]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  #cutRules(): string[][] {
    return [
      ['INPUT', '-i', `${this.#name}s`, '-j', 'DROP'],
      ['OUTPUT', '-o', `${this.#name}s`, '-j', 'DROP'],
    ];
  }

  async #iptables(...args: string[]): Promise<string> {
    return (await run('ip', ['netns', 'exec', this.#name, 'iptables', ...args])).stdout;
  }
}

import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { seedDemoDistrict } from '../../storage/demo/demo-district.ts';
import type { Stores } from '../../storage/ports.ts';
import { enrolmentCode, hashPassword, readablePassword } from '../auth/password.ts';
import { newSecretToken, tokenHash } from '../auth/secret-token.ts';
import { DemoSignIn, DemoSite, type DemoEntrances } from '../http/demo-sign-ins.ts';
import { SETUP_TOKEN_SETTING } from '../http/routes/session.ts';
import type { Log } from '../runtime/log.ts';

/** Names that `npm start` reads, too. */
const DEMO_FILE = 'demo.json';
const DEMO_SITES_FILE = 'demo-sites.json';
const FIRST_ADMINISTRATOR_FILE = 'first-administrator.txt';
const OWNER_ONLY = 0o600;

export interface FirstStartOptions {
  readonly stores: Stores;
  readonly dataFolder: string;
  readonly isDemo: boolean;
  readonly publicUrl: string;
  readonly log: Log;
}

async function writePrivately(path: string, text: string): Promise<void> {
  const draft = `${path}.draft`;
  await writeFile(draft, text, { mode: OWNER_ONLY });
  await chmod(draft, OWNER_ONLY);
  await rename(draft, path);
}

async function readList<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>[] | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : z.array(schema).parse(JSON.parse(text));
}

const writeList = (path: string, list: readonly unknown[]): Promise<void> =>
  writePrivately(path, `${JSON.stringify(list, null, 2)}\n`);

/** A new one-time link at each start until somebody has used one. */
async function offerFirstAdministrator(options: FirstStartOptions): Promise<void> {
  const path = join(options.dataFolder, FIRST_ADMINISTRATOR_FILE);
  if (await options.stores.directory.hasAdministrator()) {
    await rm(path, { force: true });
    return;
  }
  const token = newSecretToken();
  await options.stores.settings.put(SETUP_TOKEN_SETTING, tokenHash(token));
  const link = `${options.publicUrl}/setup/${token}`;
  await writePrivately(path, `${link}\n`);
  options.log.warn({ file: path }, 'no administrator yet: open the one-time link in this file');
}

/** What the first start wrote down. A district that no demo made has neither, and lets nobody in by this way. */
async function knownEntrances(dataFolder: string): Promise<DemoEntrances> {
  const signIns = (await readList(join(dataFolder, DEMO_FILE), DemoSignIn)) ?? [];
  const sites = (await readList(join(dataFolder, DEMO_SITES_FILE), DemoSite)) ?? [];
  // A district made by an earlier version lists its classrooms among those who sign in, which they cannot.
  return { signIns: signIns.filter(({ role }) => role !== 'site'), sites };
}

/** The demo district, with a sign-in for everybody in it and a code for every classroom, written down for whoever tries it. */
async function makeDemo({ stores, dataFolder }: FirstStartOptions): Promise<DemoEntrances> {
  const signIns = await seedDemoDistrict(stores, {
    nowMs: Date.now(),
    makePassword: readablePassword,
    hashPassword,
  });
  const sites = (await stores.classrooms.listClassrooms({})).map(({ classroomId, name, schoolName }) => ({
    classroomId,
    classroom: name,
    school: schoolName,
    code: enrolmentCode(),
  }));
  await writeList(join(dataFolder, DEMO_FILE), signIns);
  await writeList(join(dataFolder, DEMO_SITES_FILE), sites);
  return { signIns, sites };
}

/** What the first start makes: a demo district with its sign-ins and codes, or the link for the first administrator. */
export async function prepareFirstStart(options: FirstStartOptions): Promise<DemoEntrances> {
  if (!options.isDemo) {
    await offerFirstAdministrator(options);
    return { signIns: [], sites: [] };
  }
  const isMade = (await options.stores.directory.districtName()) !== undefined;
  return isMade ? knownEntrances(options.dataFolder) : makeDemo(options);
}

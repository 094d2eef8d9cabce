import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/**
 * URL of a new database.
 * @param url of any database of the server
 * @param template name of the database that it is a copy of; else it is empty
 */
export async function newDatabase(url: string, template = 'template1'): Promise<string> {
  const name = `tongke_${randomBytes(6).toString('hex')}`;
  const client = new Client({ connectionString: new URL('/postgres', url).href });
  await client.connect();
  try {
    await client.query(`create database ${name} template ${template}`);
  } finally {
    await client.end();
  }
  return new URL(`/${name}`, url).href;
}

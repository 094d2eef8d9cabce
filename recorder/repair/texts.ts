import type { EditionOutcome, FilmState } from './dependents.ts';
import type { RebuildReport } from './rebuild.ts';
import { clock, spanText } from './spans.ts';
import type { VerifyReport } from './verify.ts';

export const USAGE = `usage: npm run recording -- verify <recording id> [--json]
       npm run recording -- rebuild <recording id> [--json] [--unfinished]

verify   reads everything that is stored of a recording: chunks, checksums, gaps, manifest, derived files; ends with 1 when something is wrong
rebuild  derives views, sound and playlists again from the packet logs, or from the film that was uploaded; Tongke need not run
Both take DATA_DIR or S3_… from the environment, as the servers do.
`;

const MEGABYTE = 1_000_000;

const STILLS_TEXT = { kept: 'stills are still right', made: 'stills made again' } as const;
const EDITION_TEXT = {
  made: 'made again',
  kept: 'kept: all that they name is there',
  broken:
    'name what is no more, and what they leave out is known to the database alone: save the edition once more in the editor (剪辑)',
} as const satisfies Record<EditionOutcome['views'], string>;
const COMPOSE = 'with “Compose again” (重新合成) at the recording';
const FILM_TEXT = {
  none: `! there is no film: have it made ${COMPOSE}`,
  kept: '✓ the film is still right',
  outdated: `! the film was made of other views than there are now: have it made anew ${COMPOSE}`,
  damaged: `✗ the film is damaged: have it made anew ${COMPOSE}`,
} as const satisfies Record<FilmState, string>;

export function verifyText(report: VerifyReport): string {
  const { recordingId, title, state, endedAtUs, epochs, gaps, findings } = report;
  const errors = findings.filter(({ level }) => level === 'error');
  const length = endedAtUs === null ? 'without an end' : clock(endedAtUs);
  const lines = [`${recordingId} "${title}", ${state}, ${length}`];
  for (const { trackId, epoch, source, displayName, codec, chunks, bytes, packets, lost } of epochs) {
    const size = `${chunks} chunks, ${(bytes / MEGABYTE).toFixed(1)} MB, ${packets} packets, ${lost} lost`;
    lines.push(`  ${trackId} epoch ${epoch}  ${source} of ${displayName}, ${codec}: ${size}`);
  }
  for (const { source, displayName, trackId, cause, ...span } of gaps) {
    lines.push(`  missing ${spanText(span)}, ${cause}: ${source} of ${displayName} (${trackId})`);
  }
  for (const { level, message, key } of findings) {
    lines.push(`${level === 'error' ? '✗' : '!'} ${key === undefined ? '' : `${key} `}${message}`);
  }
  const warnings = findings.length - errors.length;
  lines.push(`${report.isSound ? '✓ sound' : '✗ damaged'}: ${errors.length} errors, ${warnings} warnings`);
  return `${lines.join('\n')}\n`;
}

export function rebuildText(report: RebuildReport): string {
  const { recordingId, durationUs, views, objects, removed, stills, editions, film } = report;
  const what = views.length === 0 ? 'sound alone' : views.join(', ');
  const lines = [`✓ ${recordingId}: ${clock(durationUs)} of ${what}; ${objects} objects, ${removed} old ones removed`];
  if (stills !== 'none') lines.push(`✓ ${STILLS_TEXT[stills]}`);
  for (const edition of editions) {
    const sign = edition.views === 'broken' ? '✗' : '✓';
    const stillsToo = edition.stills === 'none' ? '' : `; ${STILLS_TEXT[edition.stills]}`;
    lines.push(`${sign} views of edition ${edition.version} ${EDITION_TEXT[edition.views]}${stillsToo}`);
  }
  lines.push(FILM_TEXT[film]);
  return `${lines.join('\n')}\n`;
}

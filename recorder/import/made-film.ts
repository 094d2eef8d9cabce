import type { FilmFacts } from './film-facts.ts';
import type { FilmSegments } from './film-segments.ts';
import type { UploadDigest } from './uploaded-parts.ts';

/** An uploaded film in the form that everything behind the import knows. */
export interface MadeFilm {
  readonly facts: FilmFacts;
  /** The file as it came. */
  readonly uploaded: UploadDigest;
  readonly isPictureCopied: boolean;
  readonly picture: FilmSegments;
  readonly sound: FilmSegments | undefined;
  readonly durationUs: number;
}

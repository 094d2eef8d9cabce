import type { FilmFacts } from './film-facts.ts';
import type { FilmSegments } from './film-segments.ts';

/** An uploaded film in the form that everything behind the import knows. */
export interface MadeFilm {
  readonly facts: FilmFacts;
  /** Of the file as it was uploaded. */
  readonly bytes: number;
  readonly isPictureCopied: boolean;
  readonly picture: FilmSegments;
  readonly sound: FilmSegments | undefined;
  readonly durationUs: number;
}

import { describe, expect, it } from 'vitest';
import { answersPath } from './answers/answers-path.ts';
import { cameFrom, wantedPath } from './wanted-path.ts';

const search = (key: string, path: string): string => `?${new URLSearchParams({ [key]: path }).toString()}`;

describe('where a page leads on or back to', () => {
  it('is the path that is named, with what belongs to it', () => {
    expect(wantedPath(search('to', '/library'))).toBe('/library');
    expect(wantedPath('to=%2Froom%2F1')).toBe('/room/1');
    expect(cameFrom(search('from', '/desk/people?class=3#list'))).toBe('/desk/people?class=3#list');
  });

  it('is the home page when none is named', () => {
    expect(wantedPath('')).toBe('/');
    expect(cameFrom(search('to', '/library'))).toBe('/');
    expect(cameFrom(search('from', 'library'))).toBe('/');
  });

  it('is never another place', () => {
    const others = ['//far.example', '/\\far.example', '/\t/far.example', '/.//far.example', 'https://far.example'];
    for (const path of [...others, 'javascript:alert(1)']) {
      expect(wantedPath(search('to', path)), path).toBe('/');
      expect(cameFrom(search('from', path)), path).toBe('/');
    }
  });

  it('is found again by the answers of a pupil', () => {
    const from = '/desk/people?class=三年级&x=1';
    const [path, kept] = answersPath('pupil', from).split('?');
    expect(path).toBe('/people/pupil/answers');
    expect(decodeURIComponent(cameFrom(kept ?? ''))).toBe(from);
    expect(answersPath('pupil', '/')).toBe('/people/pupil/answers');
  });
});

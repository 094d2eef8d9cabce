import { describe, expect, it } from 'vitest';
import { linkTo, NO_FILTERS, placeOf } from './people-place.ts';

describe('the place in the list of people', () => {
  it('is the same again through a link', () => {
    const place = { filters: { search: '王 & 李', role: 'student', classGroupId: 'c-1' }, offset: 50 } as const;
    const [path, search] = linkTo(place).split('?');
    expect(path).toBe('/desk/people');
    expect(placeOf(search ?? '')).toEqual(place);
  });

  it('is the beginning of the whole list when a link says nothing, or nonsense', () => {
    const whole = { filters: NO_FILTERS, offset: 0 };
    expect(linkTo(whole)).toBe('/desk/people');
    for (const search of ['', 'role=king', 'offset=-50', 'offset=1.5', 'offset=x']) {
      expect(placeOf(search), search).toEqual(whole);
    }
  });
});

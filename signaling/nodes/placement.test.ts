import { describe, expect, it } from 'vitest';
import { choosePlace } from './placement.ts';

const node = (region: string, load: number) => ({ region, load });

describe('choosePlace()', () => {
  it('takes the least loaded node of the region', () => {
    const nodes = [node('浙江', 0.5), node('浙江', 0.2), node('新疆', 0)];
    expect(choosePlace(nodes, '浙江')).toBe(nodes[1]);
  });

  it('goes elsewhere when the region is nearly full or has none', () => {
    const nodes = [node('浙江', 0.95), node('新疆', 0.1)];
    expect(choosePlace(nodes, '浙江')).toBe(nodes[1]);
    expect(choosePlace(nodes, '西藏')).toBe(nodes[1]);
    expect(choosePlace([], '浙江')).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { chooseBeside, choosePlace } from './placement.ts';

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

describe('chooseBeside()', () => {
  const at = (url: string, region: string, load: number) => ({ url, region, load });
  const media = { url: 'ws://10.0.0.5:4101', region: '浙江' };

  it('takes one on the same host, however idle others are', () => {
    const nodes = [at('ws://10.0.0.6:4102', '浙江', 0), at('ws://10.0.0.5:4102', '浙江', 0.5)];
    expect(chooseBeside(nodes, media)).toBe(nodes[1]);
  });

  it('goes to another host of the region when there is none, or it is nearly full', () => {
    const nodes = [at('ws://10.0.1.1:4102', '新疆', 0), at('ws://10.0.0.6:4102', '浙江', 0.4)];
    expect(chooseBeside(nodes, media)).toBe(nodes[1]);
    expect(chooseBeside([...nodes, at('ws://10.0.0.5:4102', '浙江', 0.95)], media)).toBe(nodes[1]);
    expect(chooseBeside(nodes, null)).toBe(nodes[0]);
    expect(chooseBeside([], media)).toBeNull();
  });
});

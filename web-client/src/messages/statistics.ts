import { catalogue } from '../text/text.ts';

export const statisticsText = catalogue({
  title: ['观看统计', 'Watch statistics'],
  back: ['返回播放', 'Back to the lesson'],
  viewers: ['看过', 'Viewers'],
  people: ['{n} 人', '{n}'],
  completed: ['看完', 'Finished'],
  average: ['平均看了', 'On average'],
  total: ['总观看时长', 'Time watched'],
  curve: ['哪里看得多', 'What is watched most'],
  curveHint: [
    '横轴是课的时间，越高说明这一段被看的次数越多。',
    'Along the lesson: the higher, the more often that part was played.',
  ],
  curveLabel: ['最多的是 {at}，共播放 {n} 次', 'Most at {at}: played {n} times'],
  name: ['姓名', 'Name'],
  class: ['班级', 'Class'],
  completion: ['看了', 'Seen'],
  played: ['观看时长', 'Watched'],
  stopped: ['停在', 'Stopped at'],
  last: ['最近一次', 'Last'],
  missing: ['还没看（{n} 人）', 'Not yet ({n})'],
  nobody: ['还没有人看过', 'Nobody has watched yet'],
  nobodyBody: ['学生打开回放后，这里几秒内就有数据。', 'As soon as pupils open the lesson it shows here.'],
  everybody: ['该看的都看过了。', 'Everybody has watched.'],
  notYet: ['未看', 'not yet'],
  export: ['导出 CSV', 'Export CSV'],
  fileName: ['{title} 观看统计', '{title} statistics'],
  honest: [
    '只计真正播放的时间，拖动和切到后台不算。',
    'Only what was really played counts; jumps and hidden pages do not.',
  ],
});

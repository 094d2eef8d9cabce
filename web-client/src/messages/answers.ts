import { catalogue } from '../text/text.ts';

export const answerText = catalogue({
  title: ['答题记录', 'Answers'],
  titleOf: ['{name}的答题记录', 'Answers of {name}'],
  mine: ['我的答题记录', 'My answers'],
  back: ['返回', 'Back'],
  asked: ['提问', 'Asked'],
  answered: ['作答', 'Answered'],
  correct: ['正确率', 'Right answers'],
  questions: ['{n} 题', '{n}'],
  subject: ['学科', 'Subject'],
  allSubjects: ['全部学科', 'All subjects'],
  shown: ['已显示 {n} / {all} 题', '{n} of {all} shown'],
  more: ['加载更多', 'Load more'],
  options: ['选项：{options}', 'Options: {options}'],
  own: ['作答：{answer}', 'Answer: {answer}'],
  mark_right: ['答对', 'Right'],
  mark_wrong: ['答错', 'Wrong'],
  mark_given: ['已作答', 'Answered'],
  mark_missed: ['未作答', 'Not answered'],
  mark_open: ['作答中', 'Open'],
  none: ['还没有答题记录', 'No questions yet'],
  noneBody: [
    '老师在课堂上提的问题（匿名的除外），课后都能在这里回看。',
    'What teachers ask in lessons, but for anonymous questions, can be looked at here afterwards.',
  ],
  missing: ['没有这份记录', 'There is no such record'],
});

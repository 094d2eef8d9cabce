import { catalogue } from '../text/text.ts';

export const deskOrderText = catalogue({
  reports: ['举报', 'Reports'],
  reportsIntro: [
    '课堂上有人举报的消息和参与者。被举报的人不会知道。处理后请标记。',
    'Messages and people reported in lessons. Nobody is told that they were reported. Mark what you have handled.',
  ],
  noReports: ['没有待处理的举报', 'Nothing waits to be handled'],
  noHandled: ['还没有处理过的举报', 'Nothing has been handled yet'],
  range: ['第 {from}–{to} 条，共 {total} 条', '{from}–{to} of {total}'],
  showOpen: ['待处理', 'To be handled'],
  showHandled: ['已处理', 'Handled'],
  by: ['{name} 举报', 'Reported by {name}'],
  about: ['被举报：{name}', 'About {name}'],
  inLesson: ['《{title}》', '“{title}”'],
  noReason: ['没有写原因', 'No reason given'],
  handledBy: ['{name} 于 {time} 处理', 'Handled by {name}, {time}'],
  note: ['处理说明（可不填）', 'What was done (optional)'],
  handle: ['标记为已处理', 'Mark as handled'],
  handled: ['已标记', 'Marked as handled'],
  words: ['不允许的词', 'Words that are not allowed'],
  wordsIntro: [
    '课堂聊天、简答和来宾姓名里不能出现这些词；发送的人会看到原因。全角、空格、零宽字符和大小写都算同一个词。每行一个，最多 {n} 个。',
    'Nobody can write these in chat, short answers or guest names; the sender is told why. Full width, spaces, invisible characters and capitals make no difference. One a line, {n} at most.',
  ],
  wordsLabel: ['每行一个词', 'One word a line'],
  wordsSaved: ['已保存，10 秒内在所有课堂生效', 'Saved. In all lessons within 10 s'],
  tooMany: ['最多 {n} 个词', 'At most {n} words'],
  tooLong: ['“{word}”太长，最多 {n} 个字', '“{word}” is too long: at most {n} characters'],
  save: ['保存', 'Save'],
});

import { catalogue } from '../text/text.ts';

/** 分组: what teachers set up, and what everybody sees while groups run. */
export const groupText = catalogue({
  groupN: ['第 {n} 组', 'Group {n}'],
  // Banner
  outside: ['分组讨论中', 'Groups are under way'],
  outsideHint: ['您还没有分到组，先和老师在一起。', 'You have no group yet. You are with the teacher.'],
  visiting: ['您正在第 {n} 组', 'You are visiting group {n}'],
  left: ['剩 {time}', '{time} left'],
  onlyGroup: ['只有本组和来组里的老师能听到、看到您。', 'Only your group and a teacher who visits hear and see you.'],
  notRecorded: ['小组里的话不录制。', 'What is said in a group is not recorded.'],
  backToAll: ['离开小组', 'Leave the group'],
  teacherSays: ['老师对所有小组说', 'The teacher says to all groups'],
  ok: ['知道了', 'OK'],
  chatOfGroup: [
    '只有第 {n} 组看得到，分组结束后不保留。',
    'Only group {n} reads this. It is gone when the groups end.',
  ],
  // Setting up
  title: ['分组', 'Groups'],
  count: ['分几组', 'How many groups'],
  countGroups: ['{n} 组', '{n} groups'],
  time: ['多长时间', 'For how long'],
  noLimit: ['不限时', 'No limit'],
  minutes: ['{n} 分钟', '{n} min'],
  shuffle: ['随机分好', 'At random'],
  shuffleAgain: ['重新随机', 'Again at random'],
  clear: ['清空', 'Clear'],
  howTo: [
    '点名字旁的箭头选组，或把名字拖到组里。一间听讲教室算一个成员。',
    'Choose a group by the arrow beside a name, or drag the name there. A listening classroom is one member.',
  ],
  rest: ['没分到的和晚来的，自动进人最少的组', 'Whoever has no group or comes late goes to the smallest one'],
  start: ['开始分组', 'Open the groups'],
  nobody: [
    '还没有学生进来。可以先设好，学生来了会自动分组。',
    'No pupils yet. Set it up now: they are placed when they come.',
  ],
  noneInside: ['拖到这里', 'Drag here'],
  unplaced: ['未分组', 'No group'],
  people: ['{n} 人', '{n}'],
  recordingNote: [
    '为保护学生，小组里的声音、画面和聊天都不录制；分组期间录制自动暂停，结束后继续。',
    'To protect pupils nothing of a group is recorded. The recording pauses meanwhile and then goes on.',
  ],
  // Running
  running: ['分组进行中', 'Groups are open'],
  moreMinutes: ['加 {n} 分钟', '{n} min more'],
  lastMinute: ['一分钟后叫回', 'Back in one minute'],
  callBack: ['全部叫回', 'Call everybody back'],
  visit: ['进组', 'Visit'],
  tellAll: ['对所有小组说', 'Say to all groups'],
  tellPlaceholder: ['例如：请选一位代表发言', 'For example: choose who speaks for you'],
  tell: ['发送', 'Send'],
  told: ['已发给所有人', 'Sent to everybody'],
  moveOf: ['{name}：换组', 'Move {name}'],
  moveTo: ['去第 {n} 组', 'To group {n}'],
  moveOut: ['移出小组', 'Out of the groups'],
  handIn: ['{name} 请老师过去', '{name} calls the teacher'],
  teacherHere: ['老师：{names}', 'Teacher: {names}'],
  comma: ['、', ', '],
  // For screen readers
  saidOpened: ['分组开始', 'The groups are open'],
  saidInGroup: ['您在第 {n} 组', 'You are in group {n}'],
  saidOut: ['您离开了小组', 'You have left the group'],
  saidClosed: ['分组结束，全班回到一起', 'The groups are over. Everybody is back'],
  saidHand: ['{name}（第 {n} 组）请老师过去', '{name} in group {n} calls the teacher'],
});

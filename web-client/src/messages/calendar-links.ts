import { catalogue } from '../text/text.ts';

export const calendarLinkText = catalogue({
  title: ['订阅课表', 'Subscribe to a timetable'],
  intro: [
    '把课表加进手机或电脑的日历：在日历里选择“添加订阅日历”，粘贴下面的链接。调课、停课会自动更新，一般一小时内。',
    'Add a timetable to the calendar of a phone or computer: choose “Add subscribed calendar” there and paste the link. Changes follow by themselves, usually within the hour.',
  ],
  secret: [
    '拿到链接的人不用登录就能看到这些课的名称、教师和时间。请不要公开；泄露了就撤销，再生成新的。',
    'Whoever has the link sees these lessons’ titles, teachers and times without signing in. Keep it to yourself; revoke it when it has leaked.',
  ],
  whose: ['谁的课表', 'Whose timetable'],
  mine: ['我的课', 'My lessons'],
  classGroup: ['班级', 'Class group'],
  classroom: ['教室', 'Classroom'],
  make: ['生成链接', 'Make a link'],
  another: ['再生成一个', 'Make another'],
  tooMany: ['链接已有 20 个，请先撤销不用的。', 'There are 20 links already. Revoke those that are not needed.'],
  url: ['日历链接', 'Calendar link'],
  shownOnce: ['链接只显示这一次，请现在复制。', 'The link is shown only this once. Copy it now.'],
  copy: ['复制链接', 'Copy link'],
  copied: ['已复制', 'Copied'],
  links: ['已生成的链接', 'Links made'],
  none: ['还没有链接', 'No links yet'],
  made: ['{date} 生成', 'Made on {date}'],
  read: ['日历最近读取：{when}', 'Last read by a calendar: {when}'],
  neverRead: ['还没有日历读取过', 'Not read by a calendar yet'],
  revoke: ['撤销', 'Revoke'],
  revokeOf: ['撤销“{name}”的链接', 'Revoke the link of {name}'],
});

/**
 * What may be wrong with a field or a line, in words for a person, Chinese first; `{name}` marks a value that is put in. The code is
 * stable and goes over the wire with its values, so that a client says it in its own language.
 */
export const PROBLEMS = {
  passwordUnchanged: ['新密码不能与原密码相同', 'The new password must differ from the one before'],
  endsBeforeStart: ['结束时间应晚于开始时间', 'The end must be after the start'],
  lastBeforeFirst: ['结束日期应不早于开始日期', 'The last date must not be before the first'],
  busy: [
    '{name} 此时已有“{title}”（{lecturer}，{when}，共 {n} 次）',
    '{name} has “{title}” at that time ({lecturer}, {when}, {n} times)',
  ],
  busyElsewhere: [
    '{name} 此时已在上 {school} 的课（{when}，共 {n} 次）',
    '{name} is in a lesson of {school} at that time ({when}, {n} times)',
  ],
  feedOfOne: ['一个链接只能是一个班级或一间教室', 'A link is of one class group or of one classroom'],
  timesMissing: ['请选择课节，或填写开始和结束时间', 'Choose a period, or give a start and an end'],
  datesMissing: ['请选择学期，或填写起止日期', 'Choose a term, or give a first and a last date'],
  periodUnknown: ['作息时间里没有第 {number} 节', 'The day has no period {number}'],
  termUnknown: ['没有这个学期', 'There is no such term'],
  termTooLong: ['一个学期最长 {days} 天', 'A term has at most {days} days'],
  termInUse: ['课表里还有 {n} 门课属于这个学期', '{n} lessons of the timetable are held in this term'],
  termsFull: ['最多 {n} 个学期，请先删除旧的', 'There are at most {n} terms. Please delete old ones first'],
  specialDaysFull: [
    '最多 {n} 个假期和调休，请先删除旧的',
    'There are at most {n} holidays and make-up days. Please delete old ones first',
  ],
  daysTooLong: ['假期最长 {days} 天', 'A holiday has at most {days} days'],
  makeUpOneDay: ['调休上课只能是一天', 'A make-up day is a single day'],
  timetableFull: [
    '课表最多 {n} 门课，请先删除旧的',
    'A timetable has at most {n} entries. Please delete old ones first',
  ],
  periodRepeated: ['第 {number} 节重复', 'Period {number} is there twice'],
  periodBackwards: ['第 {number} 节的结束时间应晚于开始时间', 'Period {number} must end after its start'],
  periodOverlaps: ['第 {number} 节与上一节时间重叠', 'Period {number} begins before the one above ends'],
  periodInUse: ['课表里还有课排在第 {number} 节', 'The timetable has lessons in period {number}'],
  noLessonInTerm: ['这段日期里没有一节可上的课', 'No lesson falls into these dates'],
  lessonTooLong: ['一节课最长 {hours} 小时', 'A lesson takes at most {hours} hours'],
  rangeTooLong: ['时间范围最长 {days} 天', 'The range is at most {days} days'],
  lecturerUnknown: ['没有这位教师', 'There is no such teacher'],
  lecturerNotTeacher: ['主讲人应为教师', 'The lecturer must be a teacher'],
  lecturerElsewhere: ['主讲人应为本校教师', 'The lecturer must be a teacher of this school'],
  classGroupElsewhere: ['班级应为本校班级', 'The class group must be one of this school'],
  classGroupUnreachable: [
    '班级不属于本校或结对学校',
    'The class group belongs neither to this school nor to one that listens to it',
  ],
  classroomUnreachable: [
    '教室不属于本校或结对学校',
    'The classroom belongs neither to this school nor to one that listens to it',
  ],
  classroomsTooMany: ['一节课最多 {n} 间听课教室', 'A lesson has at most {n} listening classrooms'],
  uploadTooLarge: ['视频最大 {gigabytes} GB', 'A video may have at most {gigabytes} GB'],
  wardNotPupil: ['孩子应为本校学生', 'Children must be pupils of this school'],
  pairedWithItself: ['学校不能与自己结对', 'A school cannot be its own partner'],

  // A people sheet as a whole.
  sheetUnreadable: ['表格无法读取，请另存为 CSV 再试', 'The table cannot be read. Please save it as CSV and try again'],
  sheetEmpty: ['表格是空的', 'The table is empty'],
  sheetOnlyHeading: ['表格只有标题行', 'The table has only a heading'],
  sheetColumnsMissing: ['缺少列：{columns}', 'Columns are missing: {columns}'],
  sheetTooLong: ['一次最多导入 {lines} 行', 'At most {lines} lines at once'],
  // One line of it.
  nameMissing: ['姓名为空或过长', 'Name is empty or too long'],
  roleUnknown: ['角色应为：学生、教师、家长、管理员', 'Role must be student, teacher, parent or administrator'],
  accountInvalid: ['账号含有不允许的字符', 'Account has characters that are not allowed'],
  accountRepeated: ['账号与第 {line} 行重复', 'Same account as line {line}'],
  accountTaken: ['账号已存在', 'Account exists already'],
  lineRepeated: [
    '与第 {line} 行相同；如果是同名的另一人，请填写账号',
    'Same as line {line}; if this is a namesake, give an account',
  ],
  personKnown: [
    '此人已在名册中；如果是同名的另一人，请填写账号',
    'Is here already; if this is a namesake, give an account',
  ],
  classGroupMissing: ['学生需要填写班级', 'A pupil needs a class group'],
  wardMissing: ['家长需要填写孩子姓名', 'A parent needs the name of a child'],
  wardUnknown: ['没有名叫 {name} 的学生', 'There is no pupil called {name}'],
  wardAmbiguous: [
    '有 {n} 名学生叫 {name}，请稍后手动添加',
    '{n} pupils are called {name}; add the child by hand later',
  ],

  // A calendar file as a whole.
  icalUnreadable: ['这不是日历文件（.ics）', 'This is no calendar file (.ics)'],
  icalBrokenEvent: [
    '日程“{title}”（{start}，第 {line} 行）的写法有误，整个文件无法读取',
    'The event “{title}” ({start}, line {line}) is written wrongly, and the file cannot be read for it',
  ],
  icalZoneEndless: [
    '文件里有一个时区不断改变时差，不能使用',
    'The file has a time zone that changes without end, and cannot be used',
  ],
  icalEmpty: ['日历里没有日程', 'There are no events in the calendar'],
  icalTooMany: [
    '一次最多导入 {n} 节课，请导出较短的时间段',
    'At most {n} lessons at once. Please export a shorter time',
  ],
  // One event of it.
  icalNoUid: ['这条日程没有编号（UID），无法辨认', 'The event has no UID to know it by'],
  icalNoStart: ['没有可用的开始时间', 'There is no usable start'],
  icalNoEnd: ['没有可用的结束时间', 'There is no usable end'],
  icalNoTitle: ['没有标题', 'There is no title'],
  icalWholeDay: ['全天日程不是一节课', 'An event of the whole day is no lesson'],
  icalRuleUnsupported: ['重复方式不支持：只能每天或每周重复', 'Events may recur daily or weekly only'],
  icalTooLong: ['重复的次数太多', 'It recurs too often'],
  icalBadValue: ['{property} 的写法有误', '{property} is written wrongly'],
  icalRangeUnsupported: [
    '不支持“从某次起全部更改”（RANGE），请逐次更改或另建日程',
    'A change of all occurrences from one on (RANGE) is not supported; change single ones, or make another event of them',
  ],
  calendarEdited: ['此课已手动修改或换人，保持不变', 'The lesson was changed here by hand and stays as it is'],
  calendarOverwrites: [
    '此课曾手动修改，将以文件为准',
    'The lesson was changed here by hand; the file is followed all the same',
  ],
  calendarCancelledHere: ['此课已在同课取消，不会恢复', 'The lesson was cancelled here and stays so'],
  calendarOlder: [
    '文件比上次导入的旧（SEQUENCE 更小），保持不变',
    'The file is older than the one imported before (its SEQUENCE is lower), and the lesson stays as it is',
  ],
  calendarBegun: ['此课已开始或已结束，不再改动', 'The lesson has begun or is over, and is not changed'],
  calendarOthersLesson: ['此课由别的教师主讲，不能改动', 'It is another teacher’s lesson, and not yours to change'],
  calendarMeanwhile: ['此课刚刚被改动，请重新预览', 'The lesson has just been changed; please look at the file again'],
  calendarBusy: ['{name} 此时已有“{title}”（{lecturer}）', '{name} has “{title}” at that time ({lecturer})'],
  calendarBusyElsewhere: [
    '{name} 或班级此时已在上 {school} 的课',
    '{name} or the class is in a lesson of {school} at that time',
  ],
  icalZoneUnknown: ['不认识的时区 {zone}', 'Unknown time zone {zone}'],

  // One line of a caption file.
  captionNoFormat: [
    '第 {line} 行：不是 WebVTT 或 SRT 字幕文件',
    'Line {line}: this is neither a WebVTT nor an SRT file',
  ],
  captionEmpty: ['文件里没有字幕', 'There are no captions in the file'],
  captionFileTooLarge: [
    '字幕文件过大（最多 100 万字符）',
    'The caption file is too large (at most one million characters)',
  ],
  captionTooMany: ['第 {line} 行：字幕超过 1 万条', 'Line {line}: more than 10,000 captions'],
  captionNoTiming: ['第 {line} 行：这段字幕没有时间行', 'Line {line}: this caption has no line of times'],
  captionTimingWrong: [
    '第 {line} 行：时间写法不对，应如 00:01:02.500 --> 00:01:05.000',
    'Line {line}: wrong times; write them as 00:01:02.500 --> 00:01:05.000',
  ],
  captionTooLate: ['第 {line} 行：时间超过 24 小时', 'Line {line}: later than 24 hours'],
  captionEndsBeforeStart: ['第 {line} 行：结束时间应晚于开始时间', 'Line {line}: the end must be after the start'],
  captionOutOfOrder: ['第 {line} 行：开始时间早于上一条', 'Line {line}: starts before the caption above it'],
  captionBlankMissing: ['第 {line} 行：与上文之间缺少空行', 'Line {line}: a blank line is missing before it'],
  captionUnreadable: ['第 {line} 行：含有不可见的控制字符', 'Line {line}: has control characters'],
  captionMarkup: ['第 {line} 行：含有字幕不允许的标记', 'Line {line}: has markup that captions may not have'],
  captionTextTooLong: ['第 {line} 行：一条字幕最多 500 字', 'Line {line}: a caption has at most 500 characters'],
} as const satisfies Readonly<Record<string, readonly [zh: string, en: string]>>;

export type ProblemCode = keyof typeof PROBLEMS;
export type ProblemValues = Readonly<Record<string, string | number>>;

export const isProblemCode = (code: string | undefined): code is ProblemCode =>
  code !== undefined && Object.hasOwn(PROBLEMS, code);

/** The problem in words, Chinese unless said otherwise. */
export function problemWords(code: ProblemCode, values: ProblemValues = {}, language: 'zh' | 'en' = 'zh'): string {
  return PROBLEMS[code][language === 'zh' ? 0 : 1].replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}

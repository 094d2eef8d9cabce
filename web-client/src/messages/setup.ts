import { catalogue } from '../text/text.ts';

export const setupText = catalogue({
  title: ['初始化', 'Set up'],
  heading: ['创建第一位管理员', 'Create the first administrator'],
  intro: [
    '这个链接只能使用一次。之后在“学校管理”里添加学校、教师和学生。',
    'This link works once. Schools, teachers and pupils are added at the school desk afterwards.',
  ],
  districtName: ['区 / 市名称', 'Name of the district'],
  displayName: ['您的姓名', 'Your name'],
  account: ['登录账号', 'Account'],
  accountHint: ['字母、数字或中文，至少 2 个字符。', 'Letters, digits or Chinese, at least 2 characters.'],
  password: ['密码', 'Password'],
  passwordHint: ['至少 8 个字符。', 'At least 8 characters.'],
  required: ['请填写。', 'Please fill this in.'],
  invalid: ['这里的内容不符合要求。', 'This does not fit.'],
  submit: ['创建并登录', 'Create and sign in'],
});

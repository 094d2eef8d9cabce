import { catalogue } from '../text/text.ts';

export const passwordText = catalogue({
  titleFirst: ['请设置新密码', 'Please set a new password'],
  introFirst: [
    '您现在用的是学校发的初始密码。请设置一个只有您自己知道的密码，以后用它登录。',
    'You are using a password that the school gave you. Please choose one that only you know, and sign in with it from now on.',
  ],
  title: ['修改密码', 'Change password'],
  intro: [
    '修改后，其他设备需要用新密码重新登录。',
    'Your other devices will have to sign in again with the new password.',
  ],
  account: ['账号', 'Account'],
  current: ['原密码', 'Current password'],
  next: ['新密码', 'New password'],
  nextHint: ['至少 8 个字符，不要用姓名或生日。', 'At least 8 characters; not a name or a birthday.'],
  repeat: ['再输入一次新密码', 'New password again'],
  show: ['显示密码', 'Show passwords'],
  required: ['请填写。', 'Please fill this in.'],
  tooShort: ['至少需要 8 个字符。', 'At least 8 characters, please.'],
  unchanged: ['新密码不能与原密码相同。', 'The new password must differ from the one before.'],
  differs: ['两次输入的新密码不一样。', 'The two new passwords are not the same.'],
  wrongCurrent: ['原密码不正确。', 'The current password is not correct.'],
  submit: ['保存新密码', 'Save the new password'],
  done: ['密码已修改。其他设备需要用新密码重新登录。', 'Password changed. Your other devices have to sign in again.'],
});

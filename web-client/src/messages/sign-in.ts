import { catalogue } from '../text/text.ts';

export const signInText = catalogue({
  title: ['登录', 'Sign in'],
  welcome: ['欢迎使用同课', 'Welcome to Tongke'],
  accountLabel: ['账号', 'Account'],
  passwordLabel: ['密码', 'Password'],
  submit: ['登录', 'Sign in'],
  missing: ['请填写账号和密码。', 'Please fill in account and password.'],
  invitationTitle: ['收到了邀请链接？', 'Did you get an invitation link?'],
  invitationBody: [
    '家长和来宾不需要账号：请直接点开老师发给您的链接。',
    'Parents and guests need no account: just open the link the teacher sent you.',
  ],
  demoTitle: ['演示账号', 'Demo accounts'],
  demoBody: ['这是演示区，点一下即可登录。', 'This is a demo district. One tap signs you in.'],
  demoAll: ['显示全部 {n} 个账号', 'Show all {n} accounts'],
  setupBody: [
    '系统尚未初始化。请打开首次启动时终端里显示的一次性链接，创建第一位管理员。',
    'This system is not set up yet. Open the one-time link shown in the terminal at first start to create the first administrator.',
  ],
  siteDevice: ['这是教室大屏？', 'Is this a classroom screen?'],
  siteOpen: ['打开教室端', 'Open the classroom screen'],
  trust: ['手机提示“连接不安全”？', 'Does your phone say “not secure”?'],
  trustOpen: ['如何信任本机证书', 'How to trust this server'],
  role_districtAdmin: ['区管理员', 'District administrator'],
  role_schoolAdmin: ['学校管理员', 'School administrator'],
  role_teacher: ['教师', 'Teacher'],
  role_student: ['学生', 'Student'],
  role_guardian: ['家长', 'Parent'],
  role_site: ['教室大屏', 'Classroom screen'],
});

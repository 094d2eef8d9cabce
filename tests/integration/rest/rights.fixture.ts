/**
 * Who may call which REST route: written and reviewed by hand, never generated. A route that is not listed fails the test, and so does a
 * line for a route that does not exist.
 *
 * `+` allowed (the route may still say that something is not found or wrong) · `s` refused with `signedOut` · `f` refused with `forbidden`
 *
 * Columns: nobody, student, guardian, teacher, school administrator, district administrator, site.
 */
export const CALLERS = ['nobody', 'student', 'guardian', 'teacher', 'schoolAdmin', 'districtAdmin', 'site'] as const;
export type CallerName = (typeof CALLERS)[number];

export const RIGHTS: Readonly<Record<string, string>> = {
  //                      n s g t a d site
  systemInfo: '           + + + + + + +',
  setUpDistrict: '        + + + + + + +',
  signIn: '               + + + + + + +',
  whoAmI: '               + + + + + + +',
  signOut: '              + + + + + + +',
  changePassword: '       s + + + + + f',

  home: '                 s + + + + + f',
  listLessons: '          s + + + + + f',
  createLesson: '         s f f + + + f',
  getLesson: '            s + + + + + f',
  changeLesson: '         s f f + + + f',
  cancelLesson: '         s f f + + + f',
  joinLesson: '           s + + + + + +',
  enterRoom: '            + + + + + + +',
  createInvitation: '     s f f + + + f',
  listInvitations: '      s f f + + + f',
  revokeInvitation: '     s f f + + + f',
  openInvitation: '       + + + + + + +',
  joinByInvitation: '     + + + + + + +',

  listSchools: '          s f f + + + f',
  createSchool: '         s f f f f + f',
  changeSchool: '         s f f f + + f',
  listClassGroups: '      s f f + + + f',
  createClassGroup: '     s f f f + + f',
  changeClassGroup: '     s f f f + + f',
  deleteClassGroup: '     s f f f + + f',
  listPeople: '           s f f f + + f',
  createPerson: '         s f f f + + f',
  changePerson: '         s f f f + + f',
  resetPasswords: '       s f f f + + f',
  previewPeopleImport: '  s f f f + + f',
  importPeople: '         s f f f + + f',

  listClassrooms: '       s f f + + + f',
  createClassroom: '      s f f f + + f',
  changeClassroom: '      s f f f + + f',
  deleteClassroom: '      s f f f + + f',
  issueEnrolmentCode: '   s f f f + + f',
  listPairings: '         s f f + + + f',
  createPairing: '        s f f f f + f',
  deletePairing: '        s f f f f + f',
  listTimetable: '        s f f + + + f',
  createTimetableEntry: ' s f f f + + f',
  changeTimetableEntry: ' s f f f + + f',
  deleteTimetableEntry: ' s f f f + + f',
  enrolSite: '            + + + + + + +',
  siteAgenda: '           s f f f f f +',

  listRecordings: '       s + + + + + f',
  getRecording: '         s + + + + + f',
  openPlayback: '         s + + + + + f',
  savePosition: '         s + + + + + f',
  changeRecording: '      s f f + + + f',
  retryProduction: '      s f f + + + f',
  cancelProduction: '     s f f + + + f',
  deleteRecording: '      s f f + + + f',

  startConnectionCheck: ' + + + + + + +',
  connectConnectionCheck: '+ + + + + + +',
};

/**
 * What somebody of one school may do to another school's things: the refusal each must get. The existence of people, lessons and
 * recordings of other schools is nobody's business (`notFound`); schools, class groups and classrooms are known to exist (`forbidden`).
 */
export const FOREIGN_REFUSALS = {
  schoolAdmin: {
    changeSchool: 'forbidden',
    createClassGroup: 'forbidden',
    changeClassGroup: 'forbidden',
    deleteClassGroup: 'forbidden',
    listPeople: 'forbidden',
    createPerson: 'forbidden',
    changePerson: 'notFound',
    resetPasswords: 'notFound',
    previewPeopleImport: 'forbidden',
    importPeople: 'forbidden',
    createClassroom: 'forbidden',
    changeClassroom: 'forbidden',
    deleteClassroom: 'forbidden',
    issueEnrolmentCode: 'forbidden',
    listTimetable: 'forbidden',
    createTimetableEntry: 'forbidden',
  },
  /** A teacher who has nothing to do with the lesson. */
  teacher: {
    getLesson: 'notFound',
    changeLesson: 'notFound',
    cancelLesson: 'notFound',
    joinLesson: 'notFound',
    createInvitation: 'notFound',
    listInvitations: 'notFound',
  },
  student: {
    getLesson: 'notFound',
    joinLesson: 'notFound',
  },
} as const;

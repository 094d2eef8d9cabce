/**
 * Who may call which REST route: written and reviewed by hand, never generated. A route that is not listed fails the test, and so does a
 * line for a route that does not exist.
 *
 * `+` allowed (the route may still say that something is not found or wrong) · `s` refused with `signedOut` · `f` refused with `forbidden`
 * `p` refused with `passwordChangeRequired`
 *
 * Columns: nobody, student, guardian, teacher, school administrator, district administrator, site, a district administrator who has yet
 * to set an own password.
 */
export const CALLERS = [
  'nobody',
  'student',
  'guardian',
  'teacher',
  'schoolAdmin',
  'districtAdmin',
  'site',
  'newcomer',
] as const;
export type CallerName = (typeof CALLERS)[number];

export const RIGHTS: Readonly<Record<string, string>> = {
  //                      n s g t a d site first
  systemInfo: '           + + + + + + + +',
  setUpDistrict: '        + + + + + + + +',
  signIn: '               + + + + + + + +',
  whoAmI: '               + + + + + + + +',
  signOut: '              + + + + + + + +',
  changePassword: '       s + + + + + f +',

  home: '                 s + + + + + f p',
  listLessons: '          s + + + + + f p',
  createLesson: '         s f f + + + f p',
  getLesson: '            s + + + + + f p',
  changeLesson: '         s f f + + + f p',
  cancelLesson: '         s f f + + + f p',
  lessonReport: '         s f f + + + f p',
  coverage: '             s f f f + + f p',
  listLiveLessons: '      s f f f + + f p',
  listInspectionNotes: '  s f f + + + f p',
  writeInspectionNote: '  s f f f + + f p',
  deleteInspectionNote: ' s f f f + + f p',
  listCourseware: '       s f f + + + f p',
  createCourseware: '     s f f + + + f p',
  removeCourseware: '     s f f + + + f p',
  joinLesson: '           s + + + + + + p',
  enterRoom: '            + + + + + + + +',
  createInvitation: '     s f f + + + f p',
  listInvitations: '      s f f + + + f p',
  revokeInvitation: '     s f f + + + f p',
  openInvitation: '       + + + + + + + +',
  joinByInvitation: '     + + + + + + + +',

  listSchools: '          s f f + + + f p',
  createSchool: '         s f f f f + f p',
  changeSchool: '         s f f f + + f p',
  listClassGroups: '      s f f + + + f p',
  createClassGroup: '     s f f f + + f p',
  changeClassGroup: '     s f f f + + f p',
  deleteClassGroup: '     s f f f + + f p',
  listPeople: '           s f f f + + f p',
  createPerson: '         s f f f + + f p',
  changePerson: '         s f f f + + f p',
  resetPasswords: '       s f f f + + f p',
  previewPeopleImport: '  s f f f + + f p',
  importPeople: '         s f f f + + f p',

  listClassrooms: '       s f f + + + f p',
  createClassroom: '      s f f f + + f p',
  changeClassroom: '      s f f f + + f p',
  deleteClassroom: '      s f f f + + f p',
  issueEnrolmentCode: '   s f f f + + f p',
  listPairings: '         s f f + + + f p',
  createPairing: '        s f f f f + f p',
  deletePairing: '        s f f f f + f p',
  getSchoolCalendar: '    s f f + + + f p',
  createTerm: '           s f f f + + f p',
  changeTerm: '           s f f f + + f p',
  deleteTerm: '           s f f f + + f p',
  createSpecialDay: '     s f f f + + f p',
  deleteSpecialDay: '     s f f f + + f p',
  setPeriods: '           s f f f + + f p',
  listCalendarFeeds: '    s + + + + + f p',
  createCalendarFeed: '   s + + + + + f p',
  revokeCalendarFeed: '   s + + + + + f p',
  listTimetable: '        s f f + + + f p',
  createTimetableEntry: ' s f f f + + f p',
  changeTimetableEntry: ' s f f f + + f p',
  deleteTimetableEntry: ' s f f f + + f p',
  enrolSite: '            + + + + + + + +',
  siteAgenda: '           s f f f f f + p',

  listRecordings: '       s + + + + + f p',
  libraryFilters: '       s + + + + + f p',
  getRecording: '         s + + + + + f p',
  openPlayback: '         s + + + + + f p',
  savePosition: '         s + + + + + f p',
  changeRecording: '      s f f + + + f p',
  retryProduction: '      s f f + + + f p',
  cancelProduction: '     s f f + + + f p',
  deleteRecording: '      s f f + + + f p',

  publishRecording: '     s f f + + + f p',
  unpublishRecording: '   s f f + + + f p',
  holdRecording: '        s f f f + + f p',
  releaseRecording: '     s f f f + + f p',
  createRecordingLink: '  s f f + + + f p',
  listRecordingLinks: '   s f f + + + f p',
  revokeRecordingLink: '  s f f + + + f p',
  openShared: '           + + + + + + + +',
  listRecordingCopies: '  s f f + + + f p',
  copyRecording: '        s f f + + + f p',

  getPackage: '           s f f + + + f p',
  orderPackage: '         s f f + + + f p',
  cancelPackage: '        s f f + + + f p',

  openEditor: '           s f f + + + f p',
  saveEdition: '          s f f + + + f p',
  listEditions: '         s f f + + + f p',
  eraseSeat: '            s f f f + + f p',

  listCaptions: '         s + + + + + f p',
  getCaptions: '          s + + + + + f p',
  listSharedCaptions: '   + + + + + + + +',
  getSharedCaptions: '    + + + + + + + +',
  listCaptionVersions: '  s f f + + + f p',
  saveCaptions: '         s f f + + + f p',
  uploadCaptions: '       s f f + + + f p',
  deleteCaptions: '       s f f + + + f p',
  recogniseCaptions: '    s f f + + + f p',
  cancelRecognition: '    s f f + + + f p',

  listRemarks: '          s + + + + + f p',
  createRemark: '         s + + + + + f p',
  changeRemark: '         s + + + + + f p',
  deleteRemark: '         s + + + + + f p',
  answerQuestion: '       s f f + + + f p',

  reportWatching: '       s + + + + + f p',
  watchStatistics: '      s f f + + + f p',

  createUpload: '         s f f + + f f p',
  listUploads: '          s f f + + f f p',
  cancelUpload: '         s f f + + f f p',
  createMicroLesson: '    s f f + f f f p',

  startConnectionCheck: ' + + + + + + + +',
  connectConnectionCheck: '+ + + + + + + +',
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
    getSchoolCalendar: 'forbidden',
    createCalendarFeed: 'forbidden',
    createTerm: 'forbidden',
    createSpecialDay: 'forbidden',
    setPeriods: 'forbidden',
    listTimetable: 'forbidden',
    createTimetableEntry: 'forbidden',
    coverage: 'forbidden',
    listInspectionNotes: 'notFound',
    writeInspectionNote: 'notFound',
    deleteInspectionNote: 'notFound',
  },
  /** A teacher who has nothing to do with the lesson. */
  teacher: {
    getLesson: 'notFound',
    changeLesson: 'notFound',
    cancelLesson: 'notFound',
    joinLesson: 'notFound',
    createInvitation: 'notFound',
    listInvitations: 'notFound',
    lessonReport: 'notFound',
    listInspectionNotes: 'notFound',
    writeInspectionNote: 'forbidden',
    deleteInspectionNote: 'forbidden',
    listCourseware: 'notFound',
    createCourseware: 'notFound',
  },
  student: {
    getLesson: 'notFound',
    joinLesson: 'notFound',
  },
} as const;

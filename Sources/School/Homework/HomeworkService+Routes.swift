package import Web

extension HomeworkService {
    /// Every route of the diary.
    package var routes: [Route] {
        HomeworkAPI(self).routes + HomeworkEditAPI(self).routes + SequenceAPI(self).routes
            + DiaryDocumentAPI(self).routes + HomeworkPages(self).routes + LessonRecordPages(self).routes
            + AssignmentPages(self).routes + SequencePages(self).routes + DiaryVisaPages(self).routes
            + DiaryArchivePages(self).routes
    }
}

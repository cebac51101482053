internal import HTTP
package import Identity
package import Postgres
package import Runtime
package import Tenancy
package import Web

/// The school services of one loop: their routes, their codes, their place in the navigation. A new service is one folder
/// beside this file and one line in each list.
package final class School: Sendable {
    private let timetable: TimetableService
    private let homework: HomeworkService
    private let pupilCodes: PupilCodeService
    private let tenancy: Tenancy
    /// What services keep their files with.
    private let files: Files
    /// The services that have files.
    private let fileOwners: [any FileOwner]

    /// - Parameter documents: the threads that write PDF.
    package init(
        loop: EventLoop, tenancy: Tenancy, directory: PostgresPool, timetables: TimetableCache,
        fileTypes: FileTypeDetector, filePieces: FilePieceCache, fileSpool: FileSpool, diaries: DiaryCache,
        documents: BlockingPool, keyring: Keyring
    ) {
        self.tenancy = tenancy
        files = Files(loop: loop, tenancy: tenancy, types: fileTypes, cache: filePieces, spool: fileSpool)
        timetable = TimetableService(
            loop: loop, tenancy: tenancy, feeds: CalendarFeedStore(directory), cache: timetables)
        homework = HomeworkService(
            loop: loop, tenancy: tenancy, timetables: timetable, files: files, cache: diaries, documents: documents)
        pupilCodes = PupilCodeService(tenancy: tenancy, directory: directory, keyring: keyring)
        fileOwners = homework.fileOwners
    }

    package var routes: [Route] {
        HomePages(timetable, homework, tenancy).routes + TimetableAPI(timetable).routes
            + TimetableEditAPI(timetable).routes
            + CalendarFeedAPI(timetable).routes + TimetablePages(timetable).routes
            + TimetableEditPages(timetable).routes + homework.routes + FileAPI(files, owners: fileOwners).routes
            + FilePages(files, owners: fileOwners).routes + PupilCodeAPI(pupilCodes).routes
            + PupilCodePages(pupilCodes).routes
    }

    package static let problems = [
        ProblemRegistry.Section("Timetable", ProblemCode.timetable),
        ProblemRegistry.Section("Modules", [.moduleOff]),
        ProblemRegistry.Section("Files", ProblemCode.files),
        ProblemRegistry.Section("Homework", ProblemCode.homework),
        ProblemRegistry.Section("Pupils' codes", ProblemCode.pupilCodes),
    ]

    /// Begins to remove what is left of files that nobody wants any more: one loop of a process does.
    package func startSweep() -> FileSweep {
        let sweep = FileSweep(files)
        sweep.start()
        return sweep
    }

    /// Puts the services that the person may use in the navigation of their pages, and keeps those away that their
    /// establishments have switched off. Runs inside the gate.
    package var frame: Middleware {
        Middleware(enter: { [tenancy] call in
            if call.route.surface == .page, call.session != nil { SchoolFrame.dress(call, tenancy) }
            try ModuleGate.check(call, tenancy)
        })
    }
}

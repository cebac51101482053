internal import HTTP
internal import Identity
internal import Runtime
internal import Tenancy
package import Web

/// What is kept of diaries: the head's visas, and the archives that teachers read in the years after.
package struct DiaryDocumentAPI: Sendable {
    let service: HomeworkService

    package init(_ service: HomeworkService) { self.service = service }

    package var routes: [Route] {
        [visas, sign, visa, visaPDF, visaData, archives, keep, archivePDF, archiveData]
    }

    static let heads = Access.roles("head")
    static let readers = Access.roles("teacher", "head")
    private static let teacherQuery = Parameter.uuid("teacher", "Of one teacher; a teacher reads their own.")
    private static let visaParameter = Parameter.uuid("visa", "The visa.")
    private static let archiveParameter = Parameter.uuid("archive", "The archive.")

    // MARK: Visas

    private var visas: Route {
        .api(
            .get, HomeworkAPI.path + "/diary-visas", access: DiaryDocumentAPI.readers, tag: "Homework",
            summary: "The visas given, the newest first.", parameters: [HomeworkAPI.establishment],
            query: [DiaryDocumentAPI.teacherQuery] + Parameter.paging,
            answers: [.json(ListPage<DiaryVisa>.schema, "A page of them.")]
        ) { call in
            let actor = try service.actor(call, .teacher, .head)
            let wanted = call.query.uuid("teacher").map { PersonID(rawValue: $0) }
            let limit = call.listLimit
            let rows = try await service.kept.visas(
                actor.context, of: actor.isHead ? wanted : actor.person, before: try SequenceAPI.place(call),
                limit: limit + 1)
            return .json(ListPage(rows, limit: limit) { $0.id.rawValue.description })
        }
    }

    private struct VisaBody: Decodable {
        let teacher: String
        let from: String
        let to: String
        let comment: String?
    }

    private var sign: Route {
        .api(
            .post, HomeworkAPI.path + "/diary-visas", access: DiaryDocumentAPI.heads, tag: "Homework",
            summary:
                "Signs a teacher's diary of a period: what was read is kept as it is, and can no longer be changed.",
            parameters: [HomeworkAPI.establishment],
            body: .json(
                .object([
                    .required("teacher", .uuid), .required("from", .date), .required("to", .date, "Not after today."),
                    .optional("comment", .text(0...2_000)),
                ])), conditions: [.idempotencyKey],
            answers: [.json(DiaryVisa.schema, "The visa.", status: 201)],
            errors: [.noTimetable, .invalidHomework, .diaryTooLarge, .homeworkChanged, .idempotencyKeyReused]
        ) { call in
            let actor = try service.head(call)
            let body = try await call.jsonBody(as: VisaBody.self)
            guard let teacher = UUID(body.teacher) else { throw HomeworkError.invalid(field: "teacher") }
            guard let from = CivilDate(body.from) else { throw HomeworkError.invalid(field: "from") }
            guard let to = CivilDate(body.to), from <= to else { throw HomeworkError.invalid(field: "to") }
            let prepared = try await service.prepareVisa(
                teacher: PersonID(rawValue: teacher), days: from...to, comment: body.comment ?? "", by: actor,
                now: call.now, in: call.language)
            let outcome = try await service.once(call, actor) { transaction in
                let visa = try await service.sign(prepared, as: .new(), by: actor, in: transaction)
                return IdempotentWrites.Outcome(
                    status: 201, body: JSONWriter.bytes(of: visa),
                    location: "/api/v1/establishments/\(actor.uai)/diary-visas/\(visa.id.rawValue)")
            }
            return outcome.response
        }
    }

    private var visa: Route {
        .api(
            .get, HomeworkAPI.path + "/diary-visas/{visa}", access: DiaryDocumentAPI.readers, tag: "Homework",
            summary: "A visa.", parameters: [HomeworkAPI.establishment, DiaryDocumentAPI.visaParameter],
            answers: [.json(DiaryVisa.schema, "The visa.")]
        ) { call in
            let actor = try service.actor(call, .teacher, .head)
            return .json(try await service.visa(VisaID(rawValue: try call.path.uuid("visa")), for: actor))
        }
    }

    private var visaPDF: Route {
        .api(
            .get, HomeworkAPI.path + "/diary-visas/{visa}/pdf", access: DiaryDocumentAPI.readers, tag: "Homework",
            summary: "The diary as it was signed, as PDF.",
            parameters: [HomeworkAPI.establishment, DiaryDocumentAPI.visaParameter],
            answers: [.other("application/pdf", "The frozen document.")]
        ) { call in
            let actor = try service.actor(call, .teacher, .head)
            let visa = try await service.visa(VisaID(rawValue: try call.path.uuid("visa")), for: actor)
            return DiaryDocumentAPI.pdf(try await service.kept.document(actor.context, of: visa.id), visa.digest)
        }
    }

    private var visaData: Route {
        .api(
            .get, HomeworkAPI.path + "/diary-visas/{visa}/data", access: DiaryDocumentAPI.readers, tag: "Homework",
            summary: "The diary as it was signed, as JSON.",
            parameters: [HomeworkAPI.establishment, DiaryDocumentAPI.visaParameter],
            answers: [.json(DiaryDocumentContent.schema, "The frozen data.")]
        ) { call in
            let actor = try service.actor(call, .teacher, .head)
            let visa = try await service.visa(VisaID(rawValue: try call.path.uuid("visa")), for: actor)
            return .json(try await service.kept.document(actor.context, of: visa.id).data)
        }
    }

    // MARK: Archives

    private var archives: Route {
        .api(
            .get, HomeworkAPI.path + "/diary-archives", access: DiaryDocumentAPI.readers, tag: "Homework",
            summary: "A teacher's archives of all years, the newest first.",
            parameters: [HomeworkAPI.establishment],
            query: [DiaryDocumentAPI.teacherQuery] + Parameter.paging,
            answers: [.json(ListPage<DiaryArchive>.schema, "A page of them.")], errors: [.invalidHomework]
        ) { call in
            let actor = try service.actor(call, .teacher, .head)
            let wanted = call.query.uuid("teacher").map { PersonID(rawValue: $0) }
            let limit = call.listLimit
            let rows = try await service.kept.archives(
                actor.context, of: actor.isHead ? wanted ?? actor.person : actor.person,
                before: try SequenceAPI.place(call), limit: limit + 1)
            return .json(ListPage(rows, limit: limit) { $0.id.rawValue.description })
        }
    }

    private struct ArchiveBody: Decodable {
        let teacher: String?
        let group: String
    }

    private var keep: Route {
        .api(
            .post, HomeworkAPI.path + "/diary-archives", access: DiaryDocumentAPI.readers, tag: "Homework",
            summary: "Keeps a teacher's diary of a class and this school year, as PDF and as data.",
            parameters: [HomeworkAPI.establishment],
            body: .json(
                .object([
                    .optional("teacher", .nullable(.uuid), "For the head; a teacher keeps their own."),
                    .required("group", .uuid, "The class or group."),
                ])), conditions: [.idempotencyKey],
            answers: [.json(DiaryArchive.schema, "The archive.", status: 201)],
            errors: [.noTimetable, .invalidHomework, .diaryTooLarge, .idempotencyKeyReused]
        ) { call in
            let actor = try service.actor(call, .teacher, .head)
            let body = try await call.jsonBody(as: ArchiveBody.self)
            guard let group = UUID(body.group) else { throw HomeworkError.invalid(field: "group") }
            let teacher = body.teacher.flatMap { UUID($0) }.map { PersonID(rawValue: $0) } ?? actor.person
            guard actor.isHead || teacher == actor.person else { throw HomeworkError.notFound }
            let prepared = try await service.prepareArchive(
                teacher: teacher, group: GroupID(rawValue: group), by: actor, now: call.now, in: call.language)
            let outcome = try await service.once(call, actor) { transaction in
                let archive = try await service.keep(prepared, as: .new(), in: transaction)
                return IdempotentWrites.Outcome(
                    status: 201, body: JSONWriter.bytes(of: archive),
                    location: "/api/v1/establishments/\(actor.uai)/diary-archives/\(archive.id.rawValue)/data")
            }
            return outcome.response
        }
    }

    private var archivePDF: Route {
        .api(
            .get, HomeworkAPI.path + "/diary-archives/{archive}/pdf", access: DiaryDocumentAPI.readers,
            tag: "Homework", summary: "A kept diary as PDF.",
            parameters: [HomeworkAPI.establishment, DiaryDocumentAPI.archiveParameter],
            answers: [.other("application/pdf", "The document.")]
        ) { call in
            let actor = try service.actor(call, .teacher, .head)
            let archive = try await service.archive(ArchiveID(rawValue: try call.path.uuid("archive")), for: actor)
            return DiaryDocumentAPI.pdf(try await service.kept.document(actor.context, of: archive.id), archive.digest)
        }
    }

    private var archiveData: Route {
        .api(
            .get, HomeworkAPI.path + "/diary-archives/{archive}/data", access: DiaryDocumentAPI.readers,
            tag: "Homework", summary: "A kept diary as JSON.",
            parameters: [HomeworkAPI.establishment, DiaryDocumentAPI.archiveParameter],
            answers: [.json(DiaryDocumentContent.schema, "The data.")]
        ) { call in
            let actor = try service.actor(call, .teacher, .head)
            let archive = try await service.archive(ArchiveID(rawValue: try call.path.uuid("archive")), for: actor)
            return .json(try await service.kept.document(actor.context, of: archive.id).data)
        }
    }

    /// What never changes may be kept by the browser, under the digest that it was kept under here.
    static func pdf(_ document: DiaryDocument, _ digest: [UInt8]) -> Response {
        var response = Response(
            status: .ok,
            headers: [
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", "inline; filename=\"cahier-de-textes.pdf\""),
            ], body: .bytes(document.pdf))
        response.headers.set("Cache-Control", "private, no-cache")
        return response
    }
}

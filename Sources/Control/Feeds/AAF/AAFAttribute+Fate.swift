extension AAFAttribute {
    /// What becomes of an attribute.
    package enum Fate: Sendable, Equatable {
        /// Where it is found again: `person.family_name`; a plain word is a detail of the person, kept with its origin.
        case kept(String)
        /// Not kept, and why.
        case ignored(String)
    }

    package var fate: Fate {
        switch self {
        case .joinKey, .structureKey: .kept("the key, after the academy's number and a dash")
        case .familyName, .familyName1D: .kept("person.family_name")
        case .givenName, .givenName1D: .kept("person.given_name")
        case .birthDate: .kept("person.birth_date")
        case .structure: .kept("the establishment; of staff, only where no function or class names one")
        case .ine: .kept("ine; also finds the same child again between AAF1D and AAF")
        case .pupilClasses, .classes1D: .kept("teaching_group, membership (pupil)")
        case .pupilGroups, .groups1D: .kept("teaching_group of kind group, membership (pupil)")
        case .classEntry: .kept("membership.starts_on")
        case .classExit: .kept("membership.ends_on")
        case .structureExit: .kept("membership.ends_on, where a class has no date of its own")
        case .trainingLevel, .level1D: .kept("teaching_group.level")
        case .guardians, .parentalAuthority: .kept("guardianship, with its legal level")
        case .parents, .guardian1, .guardian2:
            .kept("guardianship of the first legal level, where the present attribute is absent")
        case .functions: .kept("functions, and the role")
        case .isTeacher, .facesPupils: .kept("the role, where no function decides it")
        case .teacherClasses, .teacherGroups: .kept("membership (teacher)")
        case .mainTeacherOf: .kept("membership (main_teacher)")
        case .classSubjects, .groupSubjects: .kept("teaching_assignment")
        case .structureUAI, .establishmentUAI: .kept("establishment.uai")
        case .structureName: .kept("establishment.name of one created by the feed")
        case .structureType: .kept("establishment.kind of one created by the feed")
        case .structureCity, .structureCity1D: .kept("establishment.city of one created by the feed")
        case .structureAcademyCode, .academyCode: .kept("the academy, where the header does not say")
        case .structureClasses: .kept("teaching_group")
        case .structureGroups: .kept("teaching_group of kind group")
        case .subjectKey: .kept("subject.code")
        case .subjectName: .kept("subject.name")
        default: detail.map(Fate.kept) ?? .ignored(reason)
        }
    }

    /// The name under which a person's other attributes are kept.
    package var detail: String? {
        switch self {
        case .birthName: "birth_name"
        case .otherNames: "other_names"
        case .title, .title1D: "title"
        case .email, .email1D: "email"
        case .homePhone, .homePhone1D: "home_phone"
        case .workPhone, .workPhone1D: "work_phone"
        case .mobile, .mobile1D: "mobile"
        case .mobileForTexts: "mobile_for_texts"
        case .address: "address"
        case .postalCode: "postal_code"
        case .city: "city"
        case .country: "country"
        case .addressMayBeShared: "address_may_be_shared"
        case .regime: "regime"
        case .programme: "programme"
        case .programmeName: "programme_name"
        case .subjects: "subjects"
        case .disciplines: "disciplines"
        case .specialities1D: "specialities"
        default: nil
        }
    }

    private var reason: String {
        switch self {
        case .isScholarshipHolder: "social; no service here needs it"
        case .transport, .transport1D, .canteen1D, .morningCare1D, .eveningCare1D, .supervisedStudy1D:
            "the town's services, not the school's workspace"
        case .addressOfGuardian: "the guardian's address is the guardian's own"
        case .siecleNumber, .stsNumber: "numbers of other software, good for nothing here"
        case .pupilStatus: "no service here needs it"
        case .father, .mother, .guardianQuality1, .guardianQuality2: "replaced by the link's own kind since 2012"
        case .pupilsOfGuardian, .pupilsOfGuardian1D:
            "the pupils' own links decide; used to notice that a file is missing"
        case .headFunction: "the function says so"
        case .track, .cycle1D, .classType1D, .subjectCodes, .structureEntry: "follows from the class"
        case .disciplineCategories, .programmesTaught, .subjectsTaught: "follows from the classes taught"
        case .programmeKey, .programmeLabel, .parentProgramme, .programmeStatistics, .programmeLevel, .programmeTrack:
            "the pupil's record has the level"
        case .parentSubject: "subjects are not nested here"
        default: "belongs to the establishment's own page, which its administrators write"
        }
    }
}

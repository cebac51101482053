internal import Web

extension Phrase {
    static let imports = Phrase(fr: "Imports", en: "Imports")
    static let importsLead = Phrase(
        fr: "Un fichier est d'abord lu et comparé : rien ne change avant que vous ne l'ayez dit.",
        en: "A file is read and compared first: nothing changes before you say so.")
    static let noImports = Phrase(fr: "Aucun import pour l'instant", en: "No import yet")
    static let importsSoFar = Phrase(fr: "Imports, les plus récents d'abord", en: "Imports, the newest first")
    static let allImports = Phrase(fr: "Tous les imports", en: "All imports")
    static let recordsReceived = Phrase(fr: "Fiches lues", en: "Records read")
    static let dryRun = Phrase(fr: "à blanc", en: "dry run")
    static let territory = Phrase(fr: "Territoire", en: "Territory")
    static let file = Phrase(fr: "Fichier", en: "File")
    static let fileName = Phrase(fr: "Fichier", en: "File")
    static let chooseFile = Phrase(fr: "Choisissez un fichier", en: "Choose a file")

    // Sending
    static let importTable = Phrase(fr: "Un tableau de l'établissement", en: "A table of a school's own")
    static let schoolOfTable = Phrase(fr: "Établissement (UAI)", en: "School (UAI)")
    static let schoolOfTableHint = Phrase(fr: "Sept chiffres et une lettre", en: "Seven digits and a letter")
    static let tableOf = Phrase(fr: "Qui s'y trouve", en: "Who is in it")
    static let tableIsComplete = Phrase(fr: "Le tableau est complet", en: "The table is complete")
    static let tableIsCompleteHint = Phrase(
        fr: "Qui n'y figure pas a quitté l'établissement. Sinon, personne n'en part.",
        en: "Whoever is not in it has left. Otherwise nobody leaves.")
    static let tableHint = Phrase(
        fr:
            "CSV d'un tableur, d'ONDE ou d'un logiciel de vie scolaire, 8 Mo au plus. Séparateur et encodage sont reconnus.",
        en: "CSV of a spreadsheet, of ONDE or of school software, 8 MB at most. Separator and encoding are recognised.")
    static let sendTable = Phrase(fr: "Envoyer et vérifier", en: "Send and check")
    static let importArchive = Phrase(
        fr: "Une livraison : AAF, OneRoster, SIECLE", en: "A delivery: AAF, OneRoster, SIECLE")
    static let archiveFormat = Phrase(fr: "Format", en: "Format")
    static let archiveIntoHint = Phrase(
        fr: "Les établissements inconnus de ses départements y sont créés.",
        en: "Unknown establishments of its departments are created in it.")
    static let archiveHint = Phrase(
        fr: "Zip, tar ou tar.gz, 2 Go au plus ; la commande preau en prend davantage.",
        en: "Zip, tar or tar.gz, 2 GB at most; the command preau takes more.")
    static let academy = Phrase(fr: "Numéro d'académie", en: "Number of the academy")
    static let academyHint = Phrase(
        fr: "Pour une livraison AAF qui ne le dit pas elle-même", en: "For an AAF delivery that does not say it itself")
    static let unknownAcademyNumber = Phrase(fr: "Un numéro de 1 à 999.", en: "A number from 1 to 999.")
    static let notYourTerritory = Phrase(fr: "Aucun de vos territoires", en: "None of your territories")
    static let sendArchive = Phrase(fr: "Envoyer et comparer", en: "Send and compare")

    // A table
    static let draftsWaiting = Phrase(fr: "Tableaux à vérifier", en: "Tables to be checked")
    static let encoding = Phrase(fr: "Encodage", en: "Encoding")
    static let separator = Phrase(fr: "Séparateur", en: "Separator")
    static let linesInFile = Phrase(fr: "Lignes", en: "Lines")
    static let peopleReady = Phrase(fr: "Personnes lues", en: "People read")
    static let toPutRight = Phrase(fr: "À corriger", en: "To put right")
    static let toPutRightLead = Phrase(
        fr: "Corrigez ici, ou laissez la ligne de côté ; le fichier envoyé reste tel quel.",
        en: "Put it right here, or leave the line aside; the file that was sent stays as it is.")
    static let saveCells = Phrase(fr: "Enregistrer les corrections", en: "Save the corrections")
    static let leaveAside = Phrase(fr: "Laisser cette ligne de côté", en: "Leave this line aside")
    static let linesAside = Phrase(fr: "Lignes laissées de côté", en: "Lines left aside")
    static let takeBack = Phrase(fr: "Les reprendre", en: "Take them back")
    static let columns = Phrase(fr: "Colonnes", en: "Columns")
    static let notRead = Phrase(fr: "Ne pas lire", en: "Not read")
    static let columnEmpty = Phrase(fr: "Colonne vide", en: "Empty column")
    static let saveColumns = Phrase(fr: "Enregistrer les colonnes", en: "Save the columns")
    static let saved = Phrase(fr: "Enregistré.", en: "Saved.")
    static let showPlan = Phrase(fr: "Voir ce qui changerait", en: "Show what would change")
    static let showPlanLead = Phrase(
        fr: "Qui arrive, qui change, qui part. Rien n'est encore modifié.",
        en: "Who comes, who changes, who leaves. Nothing is changed yet.")
    static let discardTable = Phrase(fr: "Jeter ce tableau", en: "Throw this table away")
    static let discardTableLead = Phrase(
        fr: "Sans cela il est oublié après deux jours.", en: "Otherwise it is forgotten after two days.")

    static func lineOf(_ line: Int, _ who: String) -> Phrase {
        let name = who.isEmpty ? "" : " : " + who
        return Phrase(fr: "Ligne \(line)\(name)", en: "Line \(line)\(who.isEmpty ? "" : ": " + who)")
    }
    static func moreLines(_ count: Int) -> Phrase {
        .count(
            count, fr: ("% autre ligne ensuite.", "% autres lignes ensuite."),
            en: ("% more line after these.", "% more lines after these."))
    }
    static func columnNumber(_ number: Int) -> Phrase {
        Phrase(fr: "Colonne \(number), sans nom", en: "Column \(number), without a name")
    }
    static func columnSamples(_ samples: String) -> Phrase {
        Phrase(fr: "Par exemple : ", en: "Such as: ").followed(by: samples)
    }
    static func columnsMissing(_ names: String) -> Phrase {
        Phrase(
            fr: "Dites plus bas quelle colonne est : \(names). Sans cela personne ne peut être lu.",
            en: "Say below which column is: \(names). Nobody can be read without.")
    }

    // One import
    static let applyImport = Phrase(fr: "Appliquer", en: "Apply")
    static let applyImportLead = Phrase(
        fr: "En tâche de fond, établissement par établissement ; arrêté n'importe où, cela reprend.",
        en: "As a job, school after school; stopped anywhere, it goes on.")
    static let goOn = Phrase(fr: "Continuer", en: "Go on")
    static let goOnLead = Phrase(
        fr: "Mène à la tâche, ou la reprend si elle s'est arrêtée.",
        en: "Leads to the job, or takes it up again if it stopped.")
    static let correctTable = Phrase(fr: "Corriger le tableau", en: "Correct the table")
    static let correctTableLead = Phrase(
        fr: "Ce qui ne va pas se corrige dans le tableau ; il est ensuite comparé à nouveau.",
        en: "What is wrong is put right in the table; it is compared again afterwards.")
    static let backToTable = Phrase(fr: "Revenir au tableau", en: "Back to the table")
    static let tooManyLeave = Phrase(fr: "Plus de départs que d'habitude", en: "More departures than usual")
    static let tooManyLeaveLead = Phrase(
        fr: "Un fichier incomplet en est souvent la cause. Rien n'a été modifié ; vérifiez avant d'accepter.",
        en: "An incomplete file is often the reason. Nothing was changed; check before you agree.")
    static let agreeToDepartures = Phrase(fr: "Ces départs sont justes", en: "These departures are right")
    static let agreeFirst = Phrase(
        fr: "Cochez cette case si ces départs sont justes", en: "Tick this box if these departures are right")
    static let inNumbers = Phrase(fr: "En nombres", en: "In numbers")
    static let who = Phrase(fr: "Qui", en: "Who")
    static let newOnes = Phrase(fr: "Nouveaux", en: "New")
    static let changedOnes = Phrase(fr: "Modifiés", en: "Changed")
    static let goneOnes = Phrase(fr: "Disparus", en: "Gone")
    static let refusedOnes = Phrase(fr: "Refusés", en: "Refused")
    static let backAgain = Phrase(fr: "De retour", en: "Back again")
    static let contacts = Phrase(fr: "Contacts sans compte", en: "Contacts without account")
    static let staffPeople = Phrase(fr: "Personnels", en: "Staff")
    static let byClass = Phrase(fr: "Par établissement et par classe", en: "By school and class")
    static let newSchool = Phrase(fr: "nouvel établissement", en: "new establishment")
    static let anomalies = Phrase(fr: "Anomalies", en: "Anomalies")
    static let anomaly = Phrase(fr: "Anomalie", en: "Anomaly")
    static let line = Phrase(fr: "Ligne", en: "Line")
    static let column = Phrase(fr: "Colonne", en: "Column")
    static let key = Phrase(fr: "Clé", en: "Key")
    static let itsImport = Phrase(fr: "Voir l'import", en: "Show the import")
    static let importHere = Phrase(fr: "Importer un tableau", en: "Import a table")

    static func moreSchools(_ count: Int) -> Phrase {
        .count(
            count, fr: ("Et % autre établissement.", "Et % autres établissements."),
            en: ("And % more establishment.", "And % more establishments."))
    }
    static func moreAnomalies(_ count: Int) -> Phrase {
        .count(count, fr: ("Et % autre.", "Et % autres."), en: ("And % more.", "And % more."))
    }
}

/// All the rows that manifests have a say in.
struct DirectoryRows: Sendable {
    var territories: [TerritoryRow] = []
    var hosts: [HostRow] = []
    var departments: [DepartmentRow] = []
    var calendars: [CalendarRow] = []
    var holidays: [HolidayRow] = []
    var terms: [TermRow] = []
    var news: [NewsRow] = []
    var rules: [RuleRow] = []
    var quotas: [QuotaRow] = []
    var establishments: [EstablishmentRow] = []
}

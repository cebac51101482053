internal import Admission
internal import Control
internal import Glibc
internal import Runtime
internal import Web
internal import YAML

extension ProcessConfiguration {
    /// Reads and checks a configuration file.
    /// - Parameters:
    ///   - loopsByDefault: the machine's cores.
    ///   - process: its name where many are started from one file; the file's own then says nothing.
    package static func read(
        _ path: String, loopsByDefault: Int, process: String? = nil
    ) throws(LaunchError) -> ProcessConfiguration {
        if let process, !isName(process) { throw .usage("--process: expected \(nameInWords), found “\(process)”") }
        let bytes = try FileReading.bytes(of: path, limit: 256 * 1024)
        do {
            return try YAMLDocument(parsing: bytes, file: path).decode(
                shape(loopsByDefault: loopsByDefault, named: process))
        } catch {
            throw .configuration(error.description)
        }
    }

    private static func shape(loopsByDefault: Int, named given: String?) -> YAMLShape<ProcessConfiguration> {
        .keys("a process's configuration") { keys in
            let process = given.map { keys.optional("process", name, default: $0) } ?? keys.required("process", name)
            let listen = keys.required("listen", endpoint)
            let privateListen = keys.required("private", endpoint)
            let agentListen = keys.optional("agent", endpoint)
            let fronts = keys.optional("fronts", .integer(1...64), default: 1)
            let loops = keys.optional("loops", .integer(1...64), default: loopsByDefault)
            let front = keys.required("front", origin)
            let trustedProxies = keys.optional("trusted_proxies", .list(of: .line()), default: [])
            let isProduction = keys.optional("production", .flag, default: true)
            let logLevel = keys.optional("log_level", level, default: .info)
            let directory = keys.required("directory", database)
            let shardCredentials = keys.required("shards", credentials)
            let redis = keys.required("redis", redis)
            let sessionKeysFile = keys.required("session_keys_file", path)
            let blockingThreads = keys.optional("blocking_threads", .integer(1...64), default: 4)
            let passwordThreads = keys.optional("password_threads", .integer(1...64), default: loopsByDefault)
            let spoolDirectory = keys.optional("spool_directory", path, default: "/var/tmp")
            let spoolMegabytes = keys.optional("spool_megabytes", .integer(0...1_000_000), default: 2048)
            let diaryMegabytes = keys.optional("diary_cache_megabytes", .integer(1...10_000), default: 64)
            let sessionWork = keys.optional("session_work", sessionWork, default: .standard)
            let peopleALoop = keys.optional("people_a_loop", .integer(1...1_000_000), default: 1000)
            let admissionLog = keys.optional(
                "admission_log", .integer(1000...100_000_000), default: PlatformCapacity.usualDecisions)
            let plainPartners = keys.optional("plain_partners", .flag, default: !isProduction)
            let strong = keys.optional("strong_authentication", strongAuthentication, default: isProduction)
            let samlDirectory = keys.optional("saml_sockets", path)
            let owner = keys.optional("owner", credentials)
            let mover = keys.optional("mover", credentials)
            let tokenFile = keys.optional("admin_token_file", path)
            let stackFile = keys.optional("stack_file", path)
            let nodes = keys.optional("nodes", nodes)
            let mail = keys.optional("mail", mail)
            let alerts = keys.optional("alerts", alerts)
            if let front, isProduction, !front.hasPrefix("https://") {
                keys.reject(
                    "front", "expected an https:// origin in production; set production: false to try it without")
            }
            if (owner == nil) != (tokenFile == nil) {
                keys.value.reject("“owner” and “admin_token_file” go together: both for preau-admin, none for a node")
            }
            if nodes != nil, owner == nil { keys.reject("nodes", "goes with “owner”: for preau-admin only") }
            if nodes != nil, loops > 1 {
                keys.reject("nodes", "goes with “loops: 1”: changes come one after the other")
            }
            if mail != nil, owner == nil { keys.reject("mail", "goes with “owner”: for preau-admin only") }
            if mover != nil, owner == nil { keys.reject("mover", "goes with “owner”: for preau-admin only") }
            if alerts != nil, owner == nil { keys.reject("alerts", "goes with “owner”: for preau-admin only") }
            guard let process, let listen, let privateListen, let front, let directory, let shardCredentials, let redis,
                let sessionKeysFile
            else { return nil }
            var admin: Admin?
            if let owner, let tokenFile {
                admin = Admin(
                    owner: owner, mover: mover, tokenFile: tokenFile, stackFile: stackFile, mail: mail,
                    alerts: alerts ?? .standard, nodes: nodes)
            }
            return ProcessConfiguration(
                process: given ?? process, listen: listen, privateListen: privateListen, agentListen: agentListen,
                fronts: fronts,
                loops: loops,
                front: front,
                trustedProxies: trustedProxies, isProduction: isProduction, logLevel: logLevel, directory: directory,
                shardCredentials: shardCredentials, redis: redis, sessionKeysFile: sessionKeysFile,
                blockingThreads: blockingThreads, passwordThreads: passwordThreads,
                spool: Spool(directory: spoolDirectory, megabytes: spoolMegabytes), diaryMegabytes: diaryMegabytes,
                sessionWork: sessionWork, peopleALoop: peopleALoop, admissionLog: admissionLog,
                allowsPlainPartners: plainPartners,
                samlDirectory: samlDirectory,
                enforcesStrongAuthentication: strong, admin: admin)
        }
    }

    private static var sessionWork: YAMLShape<RequestPressure.SessionWork> {
        YAMLShape.keys("what one session may ask for (at_once, per_second, burst)") { keys in
            let standard = RequestPressure.SessionWork.standard
            return RequestPressure.SessionWork(
                atOnce: keys.optional("at_once", .integer(1...1000), default: standard.atOnce),
                perSecond: keys.optional("per_second", .integer(0...100_000), default: standard.perSecond),
                burst: keys.optional("burst", .integer(1...1_000_000), default: standard.burst))
        }
    }

    private static let nameInWords = "a name of letters, digits, dots and dashes, up to 64"

    private static func isName(_ text: String) -> Bool {
        let allowed = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".")
        }
        return allowed && (1...64).contains(text.utf8.count)
    }

    private static var alerts: YAMLShape<AlertThresholds> {
        YAMLShape.keys("thresholds of alerts (good_thousandths, places_thousandths, minutes)") { keys in
            let standard = AlertThresholds.standard
            return AlertThresholds(
                good: keys.optional("good_thousandths", .integer(0...1000), default: standard.good),
                places: keys.optional("places_thousandths", .integer(1...1000), default: standard.places),
                minutes: keys.optional("minutes", .integer(1...60), default: standard.minutes))
        }
    }

    private static var name: YAMLShape<String> {
        YAMLShape.scalar(nameInWords) { text in
            isName(text) ? text : nil
        }
    }

    private static var endpoint: YAMLShape<Endpoint> {
        YAMLShape.scalar("an address and a port, as 127.0.0.1:8101") { Endpoint($0) }
    }

    static var path: YAMLShape<String> {
        YAMLShape.scalar("an absolute path") { $0.hasPrefix("/") ? $0 : nil }
    }

    private static var origin: YAMLShape<String> {
        YAMLShape.scalar("an origin, as https://ent77.example") { text -> String? in
            guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return nil }
            let host = text.dropFirst(scheme.count)
            return host.isEmpty || host.contains("/") || host.contains(" ") ? nil : text
        }
    }

    private static var strongAuthentication: YAMLShape<Bool> {
        YAMLShape.scalar("one of enforced, offered") { $0 == "enforced" ? true : $0 == "offered" ? false : nil }
    }

    private static var level: YAMLShape<Log.Level> {
        YAMLShape.scalar("one of debug, info, notice, warning, error") { Log.Level($0) }
    }

    static var credentials: YAMLShape<Credentials> {
        YAMLShape.keys("a database role (user, password_file)") { keys in
            let user = keys.required("user", .line(upTo: 63))
            let passwordFile = keys.required("password_file", path)
            guard let user, let passwordFile else { return nil as Credentials? }
            return Credentials(user: user, passwordFile: passwordFile)
        }
    }

    private static var database: YAMLShape<Database> {
        YAMLShape.keys("a database (host, port, database, user, password_file)") { keys in
            let host = keys.required("host", .line())
            let port = keys.optional("port", .integer(1...65_535), default: 5432)
            let database = keys.required("database", .line(upTo: 63))
            let user = keys.required("user", .line(upTo: 63))
            let passwordFile = keys.required("password_file", path)
            guard let host, let database, let user, let passwordFile else { return nil as Database? }
            return Database(
                endpoint: Endpoint(host: host, port: UInt16(port)), database: database,
                credentials: Credentials(user: user, passwordFile: passwordFile))
        }
    }

    private static var redis: YAMLShape<Redis> {
        YAMLShape.keys("Redis (host and port, or sentinels and master)") { keys in
            let host = keys.optional("host", .line())
            let port = keys.optional("port", .integer(1...65_535), default: 6379)
            let sentinels = keys.optional("sentinels", .list(of: endpoint, atLeast: 1, atMost: 9))
            let master = keys.optional("master", .line())
            switch (host, sentinels, master) {
            case (let host?, nil, nil): return Redis.direct(Endpoint(host: host, port: UInt16(port)))
            case (nil, let sentinels?, let master?): return Redis.sentinel(master: master, addresses: sentinels)
            default:
                keys.value.reject("expected either “host” or both “sentinels” and “master”")
                return nil as Redis?
            }
        }
    }
}

// swift-tools-version:6.2
import PackageDescription

// No package dependency, tools included: native libraries come from Debian 12 through the system-library targets below,
// each imported by the one wrapper module that carries its name. Arrows between modules only point down this file's
// list, from the executables at the top to the C libraries at the bottom (docs/architecture.md).

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    // Generic code is specialised where it is used, whatever module it is from: 18 % fewer instructions a request.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func library(_ name: String, pkgConfig: String?, debian: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debian])])
}

let package = Package(
    name: "preau",
    targets: [
        // Programs: argument parsing and one call each.
        program("preau-node", ["Launch", "Runtime"]),
        program("preau-admin", ["Launch", "Runtime"]),
        program("preau-saml", ["SAMLProcess", "Runtime"]),
        program("preau", ["Operator"]),
        program("preau-load", ["Load", "Runtime"]),

        // The only reader of environment and files; builds and stops the process.
        module(
            "Launch",
            [
                "School", "Control", "Identity", "Admission", "Quotas", "Tenancy", "Web", "HTTP", "HTTPClient",
                "Postgres", "Redis",
                "Cryptography", "YAML", "SAMLExchange",
                "Runtime",
            ]),

        // Reads and signs messages of SAML for the nodes, in a process of its own: the only user of lasso.
        module("SAMLProcess", ["SAML", "SAMLExchange", "Runtime"]),

        // The operators' command: a client of the admin service.
        module("Operator", ["Control", "HTTPClient", "Runtime"]),

        // Visits of many people at once, for benchmarks: knows nothing of the platform but its pages.
        module("Load", ["Web", "HTTP", "Cryptography", "Compression", "YAML", "Runtime"]),

        // School services, one folder each │ the control plane.
        module(
            "School",
            ["Identity", "Tenancy", "Web", "HTTP", "Postgres", "PDF", "Cryptography", "Magic", "Markdown", "Runtime"]),
        module(
            "Control",
            [
                "School", "Identity", "Admission", "Quotas", "Tenancy", "Web", "HTTP", "HTTPClient", "Postgres",
                "Redis",
                "PDF", "QRCode", "Cryptography", "YAML", "XML", "Archive", "SAMLExchange", "Runtime",
            ]),

        // Accounts, sessions, sign-in.
        module(
            "Identity",
            [
                "Admission", "Tenancy", "Web", "HTTP", "HTTPClient", "Postgres", "Redis", "Cryptography", "Compression",
                "QRCode", "SAMLExchange", "Runtime",
            ]),

        // Shares of the line.
        module("Quotas", ["Tenancy", "HTTP", "HTTPClient", "Postgres", "Redis", "Runtime"]),

        // Calendar rules, presence, the session gate.
        module("Admission", ["Tenancy", "Web", "Postgres", "Redis", "Runtime"]),

        // Territories, shard map, TenantContext, pools, fan-out.
        module("Tenancy", ["Postgres", "Redis", "Runtime"]),

        // Router, forms, HTML, problem+json, OpenAPI, languages.
        module("Web", ["HTTP", "Cryptography", "Markdown", "Runtime"]),

        // One wrapper per native library, the only importer of its C module.
        module("HTTP", ["CMicroHTTPD", "Compression", "Runtime"]),
        module("HTTPClient", ["CCurl", "Runtime"]),
        module("Postgres", ["CPostgres", "Runtime"]),
        module("Redis", ["CHiredis", "Runtime"]),
        module("YAML", ["CYAML"]),
        module("Cryptography", ["CCrypto", "CArgon2"]),
        module("Compression", ["CZlib", "CDeflate"]),
        module("PDF", ["CPango"]),
        module("QRCode", ["CQrencode"]),
        module("Magic", ["CMagic"]),
        module("Markdown", ["CMarkGFM"]),
        module("XML", ["CExpat"]),
        module("Archive", ["CArchive"]),
        module("SAML", ["CLasso", "SAMLExchange", "Cryptography", "Compression"]),

        // What nodes and preau-saml say to each other.
        module("SAMLExchange", ["Runtime"]),

        // Event loop and executor, timers, blocking pool, log, metrics.
        module("Runtime", ["CLinux", "CMimalloc"]),

        // Throw-away servers, for the test targets only.
        module("TestSupport"),
        module("TestTenancy", ["Tenancy", "Postgres", "Runtime", "TestSupport"]),

        .target(name: "CLinux"),
        // Debian's liblasso3-dev behind a header of plain C: its own want GLib's, libxml2's and xmlsec's, whose .pc files ask
        // for options that SwiftPM refuses.
        .target(
            name: "CLasso",
            cSettings: [
                .unsafeFlags([
                    "-I/usr/include/libxml2", "-I/usr/include/xmlsec1", "-I/usr/include/glib-2.0",
                    "-I/usr/lib/x86_64-linux-gnu/glib-2.0/include", "-I/usr/lib/aarch64-linux-gnu/glib-2.0/include",
                ])
            ],
            linkerSettings: ["lasso", "xmlsec1-openssl", "xmlsec1", "xml2", "gobject-2.0", "glib-2.0"].map {
                .linkedLibrary($0)
            }),
        library("CMicroHTTPD", pkgConfig: "libmicrohttpd", debian: "libmicrohttpd-dev"),
        library("CPostgres", pkgConfig: "libpq", debian: "libpq-dev"),
        library("CHiredis", pkgConfig: nil, debian: "libhiredis-dev"),  // its .pc file adds a -D that SwiftPM refuses
        library("CYAML", pkgConfig: "yaml-0.1", debian: "libyaml-dev"),
        library("CCrypto", pkgConfig: "libcrypto", debian: "libssl-dev"),
        library("CCurl", pkgConfig: "libcurl", debian: "libcurl4-openssl-dev"),
        library("CArgon2", pkgConfig: "libargon2", debian: "libargon2-dev"),
        library("CMimalloc", pkgConfig: nil, debian: "libmimalloc-dev"),  // has no .pc file
        library("CZlib", pkgConfig: "zlib", debian: "zlib1g-dev"),
        library("CDeflate", pkgConfig: "libdeflate", debian: "libdeflate-dev"),
        library("CQrencode", pkgConfig: "libqrencode", debian: "libqrencode-dev"),
        library("CPango", pkgConfig: nil, debian: "libpango1.0-dev"),  // with cairo; why without pkg-config: its shim.h
        library("CMagic", pkgConfig: "libmagic", debian: "libmagic-dev"),
        library("CMarkGFM", pkgConfig: "libcmark-gfm", debian: "libcmark-gfm-extensions-dev"),
        library("CExpat", pkgConfig: "expat", debian: "libexpat1-dev"),
        library("CArchive", pkgConfig: "libarchive", debian: "libarchive-dev"),

        tests("RuntimeTests", ["Runtime"]),
        tests("HTTPTests", ["HTTP", "Compression", "Runtime"]),
        tests("PostgresTests", ["Postgres", "Runtime", "TestSupport"]),
        tests("RedisTests", ["Redis", "Runtime", "TestSupport"]),
        tests("YAMLTests", ["YAML", "TestSupport"]),
        tests("CryptographyTests", ["Cryptography"]),
        tests("QRCodeTests", ["QRCode"]),
        tests("PDFTests", ["PDF", "TestSupport"]),
        tests("XMLTests", ["XML"]),
        tests("ArchiveTests", ["Archive", "Compression"]),
        tests("LoadTests", ["Load", "YAML", "Runtime"]),
        tests("WebTests", ["Web", "HTTP", "Cryptography", "Runtime", "TestSupport"]),
        tests(
            "AdmissionTests",
            ["Admission", "Tenancy", "Web", "Postgres", "Redis", "Runtime", "TestSupport", "TestTenancy"]),
        tests(
            "QuotasTests", ["Quotas", "Tenancy", "HTTP", "Postgres", "Redis", "Runtime", "TestSupport", "TestTenancy"]),
        tests("TenancyTests", ["Tenancy", "Postgres", "Runtime", "TestSupport", "TestTenancy"]),
        tests(
            "IdentityTests",
            [
                "Identity", "Admission", "Tenancy", "Web", "HTTP", "HTTPClient", "Postgres", "Redis", "Cryptography",
                "SAMLExchange", "Runtime",
                "TestSupport",
                "TestTenancy",
            ]),
        tests(
            "SAMLTests",
            ["SAML", "SAMLProcess", "SAMLExchange", "Cryptography", "Compression", "Runtime", "TestSupport"]),
        tests("MagicTests", ["Magic", "TestSupport"]),
        tests("MarkdownTests", ["Markdown"]),
        tests(
            "SchoolTests",
            [
                "School", "Identity", "Tenancy", "Web", "HTTP", "Postgres", "Cryptography", "Magic", "Runtime",
                "TestSupport", "TestTenancy",
            ]),
        tests(
            "ControlTests",
            [
                "Control", "Identity", "Admission", "Quotas", "Tenancy", "Web", "Postgres", "Cryptography", "YAML",
                "XML",
                "Archive", "HTTPClient",
                "Runtime", "TestSupport", "TestTenancy",
            ]),
    ]
)

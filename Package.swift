// swift-tools-version: 6.1
import PackageDescription

/// Of every target of ours; warnings are made errors by `.ci/run`, not here, so that a newer compiler does not keep anybody
/// from building.
let settings: [SwiftSetting] = [
  // What a request needs lies in many modules: the optimiser sees across them (docs/decisions.md).
  .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")

let package = Package(
  name: "gatepost",
  products: [.executable(name: "gatepost", targets: ["gatepost"])],
  traits: [.trait(name: "MariaDB", description: "Accounts from MariaDB and MySQL; needs libmariadb.")],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    // C libraries: module maps, and a few calls that Glibc's module hides.
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CCrypt", pkgConfig: "libxcrypt", providers: [.apt(["libcrypt-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
    .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CMariaDB", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    // The core: no I/O, no clock, no configuration.
    .target(name: "Secrets", dependencies: ["CLinux"], swiftSettings: settings),
    .target(name: "Threads", dependencies: ["CLinux"], swiftSettings: settings),
    .target(name: "AuthdaemonWire", dependencies: ["Secrets"], swiftSettings: settings),
    .target(
      name: "Passwords", dependencies: ["Secrets", "Threads", "CCrypt", "COpenSSL", "CArgon2"], swiftSettings: settings),
    .target(name: "Accounts", dependencies: ["Secrets", "Threads"], swiftSettings: settings),

    // Back ends: one target each. What those that are servers share: waiting, reconnecting, queues.
    .target(name: "DatabaseServers", dependencies: ["Accounts", "Secrets", "Threads"], swiftSettings: settings),
    .target(
      name: "SQLiteDirectory", dependencies: ["Accounts", "Secrets", "Threads", "CLinux", "CSQLite"],
      swiftSettings: settings),
    .target(
      name: "PostgreSQLDirectory", dependencies: ["DatabaseServers", "Accounts", "Secrets", "Threads", "CPostgreSQL"],
      swiftSettings: settings),
    .target(
      name: "MariaDBDirectory",
      dependencies: [
        "DatabaseServers", "Accounts", "Secrets", "Threads",
        .target(name: "CMariaDB", condition: .when(traits: ["MariaDB"])),
      ],
      swiftSettings: settings),

    // The way of a request, and what surrounds it.
    .target(
      name: "Broker", dependencies: ["AuthdaemonWire", "Passwords", "Accounts", "Secrets", "Threads"],
      swiftSettings: settings),
    .target(name: "SocketServer", dependencies: ["AuthdaemonWire", "Threads", "CLinux"], swiftSettings: settings),
    .target(
      name: "LoadGenerator", dependencies: ["AuthdaemonWire", "Secrets", "Threads", "CLinux"], swiftSettings: settings),
    .target(name: "Configuration", dependencies: ["Accounts", "Passwords", toml], swiftSettings: settings),
    .target(name: "Telemetry", dependencies: ["Accounts", "Broker", "Threads", log], swiftSettings: settings),

    .executableTarget(
      name: "gatepost",
      dependencies: [
        "AuthdaemonWire", "Passwords", "Accounts", "Secrets", "Threads", "SQLiteDirectory", "PostgreSQLDirectory",
        .target(name: "MariaDBDirectory", condition: .when(traits: ["MariaDB"])), "Broker", "SocketServer",
        "LoadGenerator", "Configuration", "Telemetry", "CLinux", arguments, lifecycle,
        signals, log,
      ],
      swiftSettings: settings),

    // Tests. TestSupport starts real servers in temporary folders; DirectoryConformance is the suite that every back end passes.
    .target(name: "TestSupport", dependencies: ["CLinux"], path: "Tests/TestSupport", swiftSettings: settings),
    .target(
      name: "DirectoryConformance", dependencies: ["Accounts", "Secrets", "Threads", "TestSupport"],
      path: "Tests/DirectoryConformance", swiftSettings: settings),
    .target(
      name: "DirectoryAsking", dependencies: ["DatabaseServers", "Accounts", "Secrets", "Threads", "TestSupport"],
      path: "Tests/DirectoryAsking",
      swiftSettings: settings),
    .target(name: "TestTraits", path: "Tests/TestTraits", swiftSettings: settings),
    // `make soak`; not installed.
    .executableTarget(
      name: "soak", dependencies: ["TestSupport", "Passwords", "Secrets"], path: "Tests/Soak", swiftSettings: settings),
    .testTarget(name: "ThreadsTests", dependencies: ["Threads", "Secrets", "CLinux"], swiftSettings: settings),
    .testTarget(name: "AuthdaemonWireTests", dependencies: ["AuthdaemonWire", "Secrets"], swiftSettings: settings),
    .testTarget(
      name: "PasswordsTests", dependencies: ["Passwords", "Secrets", "Threads", "CCrypt"], swiftSettings: settings),
    .testTarget(name: "AccountsTests", dependencies: ["Accounts", "Secrets"], swiftSettings: settings),
    .testTarget(
      name: "SQLiteDirectoryTests",
      dependencies: [
        "SQLiteDirectory", "DirectoryConformance", "TestSupport", "TestTraits", "CLinux", "CSQLite", "Accounts",
        "Secrets", "Threads",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "DatabaseServersTests", dependencies: ["DatabaseServers", "TestSupport", "Accounts", "Secrets", "Threads"],
      swiftSettings: settings),
    .testTarget(
      name: "PostgreSQLDirectoryTests",
      dependencies: [
        "PostgreSQLDirectory", "DatabaseServers", "DirectoryConformance", "DirectoryAsking", "TestSupport",
        "TestTraits", "Accounts",
        "Secrets", "Threads",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "MariaDBDirectoryTests",
      dependencies: [
        .target(name: "MariaDBDirectory", condition: .when(traits: ["MariaDB"])), "DatabaseServers",
        "DirectoryConformance", "DirectoryAsking", "TestSupport", "TestTraits", "Accounts", "Secrets", "Threads",
        .target(name: "CMariaDB", condition: .when(traits: ["MariaDB"])),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "BrokerTests", dependencies: ["Broker", "AuthdaemonWire", "Accounts", "Passwords", "Secrets", "Threads"],
      swiftSettings: settings),
    .testTarget(
      name: "SocketServerTests", dependencies: ["SocketServer", "AuthdaemonWire", "Threads", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "LoadGeneratorTests", dependencies: ["LoadGenerator", "AuthdaemonWire", "Secrets", "TestSupport"],
      swiftSettings: settings),
    .testTarget(name: "ConfigurationTests", dependencies: ["Configuration", "Accounts"], swiftSettings: settings),
    .testTarget(
      name: "TelemetryTests",
      dependencies: ["Telemetry", "Accounts", "Broker", "Passwords", "Threads", "TestSupport", log],
      swiftSettings: settings),
    .testTarget(
      name: "CommandTests", dependencies: ["gatepost", "Passwords", "Secrets", "TestSupport", "TestTraits"],
      swiftSettings: settings),
    .testTarget(
      name: "EndToEndTests", dependencies: ["TestSupport", "TestTraits", "gatepost"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)

// .ci/sanitize names the test targets that it wants; then neither the other ones are built nor the commands.
if let tests = Context.environment["GATEPOST_TESTS"] {
  let wanted = tests.split(separator: " ")
  package.products = []
  package.targets.removeAll { $0.type == .executable || $0.type == .test && !wanted.contains($0.name[...]) }
}

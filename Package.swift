// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled under these.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Targets that never see a pointer: the compiler refuses one.
let pointerFree: [SwiftSetting] = house + [.strictMemorySafety()]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let orderedCollections = Target.Dependency.product(
    name: "OrderedCollections",
    package: "swift-collections"
)
let dequeModule = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "jobsync",
    products: [
        .executable(name: "jobsync", targets: ["jobsync"]),
        .executable(name: "jobsync-worker", targets: ["jobsync-worker"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(
            url: "https://github.com/swiftlang/swift-subprocess",
            from: "1.0.2",
            traits: []
        ),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle",
            from: "2.13.0"
        ),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(
            url: "https://github.com/HdrHistogram/hdrhistogram-swift",
            .upToNextMinor(from: "0.2.0")
        ),
    ],
    targets: [
        // MARK: C
        .systemLibrary(
            name: "CLibwebsockets",
            path: "Sources/C/CLibwebsockets",
            pkgConfig: "libwebsockets",
            providers: [.apt(["libwebsockets-dev", "libuv1-dev"])]
        ),
        .systemLibrary(
            name: "CMongoc",
            path: "Sources/C/CMongoc",
            pkgConfig: "libmongoc-1.0",
            providers: [.apt(["libmongoc-dev"])]
        ),
        .systemLibrary(name: "CPlatform", path: "Sources/C/CPlatform"),
        .systemLibrary(
            name: "CZlib",
            path: "Sources/C/CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]
        ),
        // Compiled on its own, for headers with GNU extensions contradict Swift's Glibc.
        .target(name: "CProcess", path: "Sources/C/CProcess"),
        .target(name: "CThreads", path: "Sources/C/CThreads"),

        // MARK: Knows nothing of jobs
        .target(
            name: "Threads",
            dependencies: ["CPlatform", "CThreads", dequeModule],
            swiftSettings: house
        ),
        .target(
            name: "WebSockets",
            dependencies: ["CLibwebsockets", "CPlatform", "CZlib", "Threads", logging],
            swiftSettings: house
        ),
        .target(
            name: "Mongo",
            dependencies: ["CMongoc", "CPlatform", "Threads", dequeModule, logging],
            swiftSettings: house
        ),
        .target(name: "JSON", dependencies: [orderedCollections], swiftSettings: pointerFree),
        .target(name: "Compression", dependencies: ["CZlib"], swiftSettings: house),
        .target(name: "Sequences", dependencies: ["Compression"], swiftSettings: pointerFree),

        // MARK: Jobs
        .target(
            name: "JobModel",
            dependencies: ["JSON", orderedCollections],
            swiftSettings: pointerFree
        ),
        .target(
            name: "JobReports",
            dependencies: [
                "JSON", "JobModel", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: pointerFree
        ),
        .target(
            name: "JobProtocol",
            dependencies: ["JSON", "JobModel", orderedCollections],
            swiftSettings: pointerFree
        ),
        .target(
            name: "JobRecording",
            dependencies: ["JSON", "Threads", logging, systemPackage],
            swiftSettings: house
        ),
        .target(
            name: "JobStorage",
            dependencies: [
                "JSON", "JobModel", logging, .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: pointerFree
        ),
        .target(
            name: "SQLiteStorage",
            dependencies: [
                "JSON", "JobModel", "JobStorage", "Threads", logging, systemPackage,
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: pointerFree
        ),
        .target(
            name: "MongoStorage",
            dependencies: [
                "JSON", "JobModel", "JobStorage", "Mongo", logging,
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: pointerFree
        ),
        .target(
            name: "JobScheduling",
            dependencies: ["JobModel"],
            swiftSettings: pointerFree
        ),
        .target(
            name: "JobTasks",
            dependencies: [
                "CProcess", "Compression", "JSON", "JobModel", "Sequences", orderedCollections,
                systemPackage, subprocess,
            ],
            swiftSettings: house
        ),
        // Apart from JobTasks, because Yams brings Foundation along, which would
        // double the time that a worker takes to start.
        .target(
            name: "JobTaskFiles",
            dependencies: [
                "JSON", "JobModel", "JobTasks", orderedCollections, systemPackage,
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: pointerFree
        ),
        .target(
            name: "JobRunning",
            dependencies: [
                "CProcess", "JSON", "JobModel", "JobTasks", "Threads", logging,
                orderedCollections, systemPackage,
            ],
            swiftSettings: house
        ),
        .target(
            name: "JobData",
            dependencies: [
                "JSON", "JobModel", "JobReports", "JobRunning", "JobStorage", "JobTasks",
                "Sequences", "Threads", logging, orderedCollections, systemPackage,
            ],
            swiftSettings: pointerFree
        ),
        .target(
            name: "JobManagement",
            dependencies: [
                "JSON", "JobData", "JobModel", "JobRunning", "JobScheduling", "JobStorage",
                "JobTasks", "Threads",
                dequeModule, logging, orderedCollections,
            ],
            swiftSettings: pointerFree
        ),
        .target(
            name: "Authentication",
            dependencies: [
                "JSON", "JobModel", "Threads", systemPackage,
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: pointerFree
        ),
        .target(
            name: "JobSync",
            dependencies: [
                "Authentication", "JSON", "JobData", "JobManagement", "JobModel", "JobProtocol",
                "JobReports", "JobRunning", "JobStorage", "JobTasks", "WebSockets", dequeModule,
                logging, orderedCollections, systemPackage,
            ],
            swiftSettings: pointerFree
        ),

        .target(
            name: "JobReplay",
            dependencies: [
                "JSON", "JobModel", "JobProtocol", "JobRecording", "WebSockets",
                orderedCollections,
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: pointerFree
        ),

        // MARK: Programs
        .executableTarget(
            name: "jobsync",
            dependencies: [
                "Authentication", "CPlatform", "Compression", "JSON", "JobData", "JobManagement",
                "JobModel",
                "JobProtocol", "JobRecording", "JobReplay", "JobReports", "JobRunning",
                "JobScheduling", "JobStorage", "JobSync",
                "JobTaskFiles", "JobTasks",
                "MongoStorage", "SQLiteStorage", "Sequences", "Threads", "WebSockets",
                argumentParser, logging,
                orderedCollections,
                systemPackage,
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: house
        ),
        .executableTarget(
            name: "jobsync-worker",
            dependencies: [
                "CProcess", "JSON", "JobModel", "JobRunning", "JobTasks", systemPackage,
            ],
            swiftSettings: house
        ),

        // MARK: Tests
        .target(
            name: "TestSupport",
            dependencies: ["Mongo", logging],
            path: "Tests/TestSupport",
            swiftSettings: pointerFree
        ),
        // What scripts/fuzz feeds, and tests with a saved corpus.
        .target(
            name: "FuzzedReaders",
            dependencies: [
                "Authentication", "JSON", "JobModel", "JobProtocol", "JobRecording",
                "JobReplay", "JobRunning", "JobTaskFiles", "JobTasks", "Mongo", "Sequences",
                systemPackage,
            ],
            path: "Fuzzing/Readers",
            swiftSettings: house
        ),
        .target(
            name: "FuzzedSessions",
            dependencies: [
                "Authentication", "JSON", "JobManagement", "JobModel", "JobProtocol", "JobRunning",
                "JobStorage", "JobSync", "JobTasks", "WebSockets", logging, systemPackage,
            ],
            path: "Fuzzing/Conversations",
            swiftSettings: house
        ),
        .testTarget(
            name: "FuzzingTests",
            dependencies: [
                "FuzzedReaders", "FuzzedSessions", "JSON", "TestSupport", systemPackage,
            ],
            swiftSettings: house
        ),
        .testTarget(name: "ThreadsTests", dependencies: ["Threads"], swiftSettings: house),
        .testTarget(
            name: "WebSocketsTests",
            dependencies: ["TestSupport", "CPlatform", "CZlib", "Threads", "WebSockets", logging],
            swiftSettings: house
        ),
        .testTarget(
            name: "MongoTests",
            dependencies: ["CMongoc", "Mongo", "TestSupport", logging],
            swiftSettings: house
        ),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: house),
        .testTarget(
            name: "SequencesTests",
            dependencies: ["Compression", "Sequences"],
            exclude: ["Fixtures"],
            swiftSettings: house
        ),
        .testTarget(
            name: "JobModelTests",
            dependencies: ["JSON", "JobModel"],
            swiftSettings: house
        ),
        .testTarget(
            name: "JobReportsTests",
            dependencies: ["JSON", "JobModel", "JobReports"],
            swiftSettings: house
        ),
        .testTarget(
            name: "JobProtocolTests",
            dependencies: ["JSON", "JobModel", "JobProtocol"],
            swiftSettings: house
        ),
        .testTarget(
            name: "JobStorageTests",
            dependencies: [
                "TestSupport",
                "JSON", "JobModel", "JobStorage", "Mongo", "MongoStorage", "SQLiteStorage", logging,
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "JobSchedulingTests",
            dependencies: ["TestSupport", "JobModel", "JobScheduling"],
            swiftSettings: house
        ),
        .testTarget(
            name: "JobTasksTests",
            dependencies: [
                "TestSupport",
                "JSON", "JobModel", "JobTaskFiles", "JobTasks", orderedCollections, systemPackage,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "JobRunningTests",
            dependencies: [
                "TestSupport",
                "CProcess", "JSON", "JobModel", "JobRunning", "JobTasks", "Sequences", "Threads",
                logging,
                subprocess,
                systemPackage, .product(name: "Crypto", package: "swift-crypto"),
                "jobsync-worker",
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "JobDataTests",
            dependencies: [
                "TestSupport",
                "JSON", "JobData", "JobModel", "JobReports", "JobRunning", "JobStorage", "JobTasks",
                logging, systemPackage,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "JobManagementTests",
            dependencies: [
                "TestSupport",
                "JSON", "JobData", "JobManagement", "JobModel", "JobRunning", "JobScheduling",
                "JobStorage", "JobTasks", logging, systemPackage,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "AuthenticationTests",
            dependencies: ["TestSupport", "Authentication", "JSON", "JobModel"],
            swiftSettings: house
        ),
        .testTarget(
            name: "JobSyncTests",
            dependencies: [
                "TestSupport",
                "Authentication", "JSON", "JobManagement", "JobModel", "JobProtocol",
                "JobStorage", "JobSync", "WebSockets", logging,
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "JobRecordingTests",
            dependencies: ["TestSupport", "JSON", "JobRecording", logging, systemPackage],
            swiftSettings: house
        ),
        .testTarget(
            name: "JobReplayTests",
            dependencies: ["JSON", "JobModel", "JobProtocol", "JobRecording", "JobReplay"],
            swiftSettings: house
        ),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "TestSupport",
                "JSON", "JobModel", "JobProtocol", "Threads", "WebSockets", argumentParser, logging,
                "jobsync",
            ],
            swiftSettings: house
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "TestSupport",
                "CPlatform", "JSON", "JobModel", "JobProtocol", "JobRecording", "Mongo",
                "SQLiteStorage", "WebSockets",
                subprocess, systemPackage, "jobsync", "jobsync-worker",
            ],
            swiftSettings: house
        ),
    ]
)

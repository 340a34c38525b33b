// scripts/fuzz appends this to Package.swift, in a folder of its own: who builds the package itself
// never sees it.

/// libFuzzer's runtime comes with the compiler, and so does what counts the branches.
let fuzzing: [SwiftSetting] =
    house + [
        .unsafeFlags(["-parse-as-library"])
    ]
let fuzzer: [LinkerSetting] = [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]

package.targets += [
    .systemLibrary(name: "CFuzzer", path: "Fuzzing/CFuzzer"),
    .executableTarget(
        name: "fuzz-decoders",
        dependencies: ["CFuzzer", "FuzzedReaders", systemPackage],
        path: "Fuzzing/Decoders",
        swiftSettings: fuzzing,
        linkerSettings: fuzzer
    ),
    .executableTarget(
        name: "fuzz-sessions",
        dependencies: ["CFuzzer", "FuzzedSessions"],
        path: "Fuzzing/Sessions",
        swiftSettings: fuzzing,
        linkerSettings: fuzzer
    ),
]

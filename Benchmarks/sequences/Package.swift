// swift-tools-version: 6.2
import PackageDescription

// A package of its own, which `run.py` puts beside the sources: who builds the real one needs no benchmark.
let package = Package(
    name: "sequences-benchmark",
    targets: [
        .systemLibrary(name: "CZlib", path: "Sources/C/CZlib", pkgConfig: "zlib"),
        .target(name: "Compression", dependencies: ["CZlib"], path: "Sources/Compression"),
        .target(name: "Sequences", dependencies: ["Compression"], path: "Sources/Sequences"),
        .executableTarget(
            name: "sequences-benchmark",
            dependencies: ["Sequences"],
            path: "Benchmark",
            exclude: ["Package.swift", "run.py"]
        ),
    ],
    swiftLanguageModes: [.v6]
)

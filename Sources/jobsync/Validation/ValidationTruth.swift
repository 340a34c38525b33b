import JSON

/// A virus that is in a sample.
struct PlantedVirus: Hashable, Sendable {
    let challenge: String
    let virusID: String
    let name: String
    /// Reads or pairs of it in the sample, for 1,000 bases of its genome.
    let perKilobase: Double
    let fragments: Int
    /// To the nearest isolate of the reference, where that is a part of the challenge.
    let identity: Double?
}

/// A virus that a sample does not have, but reads of which are in it or look like it.
struct AbsentVirus: Hashable, Sendable {
    enum Cause: String, Hashable, Sendable {
        /// Reads of it strayed here from other samples.
        case hopped
        /// Reads of something else look like it.
        case decoy
    }

    let cause: Cause
    let virusID: String
    let name: String
    /// How many reads or pairs of it are here.
    let fragments: Int
}

/// What `make-dataset` says of a sample.
struct SampleTruth: Hashable, Sendable {
    let name: String
    let files: [String]
    let libraryType: String
    let fragments: Int
    let challenges: [String]
    let present: [PlantedVirus]
    let absent: [AbsentVirus]
    /// Whether it is the control that has a virus which no other sample can have.
    let isAlien: Bool

    /// Reads the truth about all samples of a data set.
    ///
    /// - Parameter truth: The document; `make-dataset` of the same version wrote it.
    /// - Returns: The samples; nil if it is no such document.
    static func all(in truth: JSONValue) -> [SampleTruth]? {
        let alien = truth["batch"]?["alien"]?.stringValue
        return truth["samples"]?.arrayValue?.map { sample in
            func list(_ name: String) -> [JSONValue] { sample[name]?.arrayValue ?? [] }
            let name = sample.text("name")
            let present = list("present").map { planted in
                PlantedVirus(
                    challenge: planted.text("challenge"),
                    virusID: planted.text("virus_id"),
                    name: planted.text("name"),
                    perKilobase: planted["per_kilobase"]?.numberValue ?? 0,
                    fragments: planted["fragments"]?.countValue ?? 0,
                    identity: planted["nearest_identity"]?.numberValue
                )
            }
            func absent(_ cause: AbsentVirus.Cause, _ value: JSONValue) -> AbsentVirus {
                AbsentVirus(
                    cause: cause,
                    virusID: value.text("virus_id"),
                    name: value.text("name"),
                    fragments: value["fragments"]?.countValue ?? 0
                )
            }
            return SampleTruth(
                name: name,
                files: list("files").compactMap(\.stringValue),
                libraryType: sample.text("library_type"),
                fragments: sample["fragments"]?.countValue ?? 0,
                challenges: list("challenges").compactMap(\.stringValue),
                present: present,
                absent: list("absent").map { absent(.decoy, $0) }
                    + list("hopped").map { absent(.hopped, $0) },
                isAlien: name == alien
            )
        }
    }
}

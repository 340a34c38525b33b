import JSON
import JobModel

/// How near a contig is to what is known.
enum ContigVerdict: String, CaseIterable {
    /// It is of a virus that the reference has.
    case known
    /// A part of it is like something known, or all of it is somewhat.
    case related
    /// Nothing known is like it, or only as distant relatives are.
    case unknown

    /// Where one ends and the next begins.
    struct Thresholds {
        let knownIdentity: Double
        let knownCoverage: Double
        let relatedIdentity: Double
        let relatedCoverage: Double

        /// Takes what a job was told.
        init(_ args: JSONObject) {
            func value(_ argument: ArgumentDescription) -> Double {
                (args[argument.name] ?? argument.defaultValue)?.numberValue ?? 0
            }
            knownIdentity = value(ContigVerdict.knownIdentity)
            knownCoverage = value(ContigVerdict.knownCoverage)
            relatedIdentity = value(ContigVerdict.relatedIdentity)
            relatedCoverage = value(ContigVerdict.relatedCoverage)
        }

        var document: JSONObject {
            [
                ContigVerdict.knownIdentity.name: .number(knownIdentity),
                ContigVerdict.knownCoverage.name: .number(knownCoverage),
                ContigVerdict.relatedIdentity.name: .number(relatedIdentity),
                ContigVerdict.relatedCoverage.name: .number(relatedCoverage),
            ]
        }
    }

    /// Judges a contig.
    ///
    /// - Parameters:
    ///   - nearest: What is known that is nearest to it; nil if nothing is like it.
    ///   - thresholds: Where one verdict ends and the next begins.
    init(_ nearest: NearestSequence?, _ thresholds: Thresholds) {
        guard let nearest, nearest.identity >= thresholds.relatedIdentity,
            nearest.coverage >= thresholds.relatedCoverage
        else {
            self = .unknown
            return
        }
        let isKnown =
            nearest.identity >= thresholds.knownIdentity
            && nearest.coverage >= thresholds.knownCoverage
        self = isKnown ? .known : .related
    }

    static let arguments = [knownIdentity, knownCoverage, relatedIdentity, relatedCoverage]

    /// Most genera of plant viruses draw the line between species at 72 to 80 % of identical nucleotides.
    private static let knownIdentity = share(
        "known_identity",
        0.8,
        "A contig is of a known virus if it is at least so identical to its nearest sequence"
    )
    private static let knownCoverage = share(
        "known_coverage",
        0.5,
        "… over at least this share of the contig"
    )
    /// Of another species, and below it hardly more than what the proteins of a family have in common.
    private static let relatedIdentity = share(
        "related_identity",
        0.7,
        "A contig that is less identical to its nearest sequence is unknown"
    )
    private static let relatedCoverage = share(
        "related_coverage",
        0.1,
        "… and so is one of which less than this share is like it"
    )

    private static func share(
        _ name: String,
        _ usual: Double,
        _ description: String
    ) -> ArgumentDescription {
        ArgumentDescription(
            name: name,
            type: .number,
            description: description,
            defaultValue: .number(usual),
            minimum: 0,
            maximum: 1
        )
    }
}

/// What the lengths of a sample's reads ask of mapping and assembly.
struct ReadLengths {
    /// The length of the longest read, in bases.
    let longest: Int

    /// The sizes of the words that reads are cut into for assembly, each smaller than the longest read.
    ///
    /// Small RNA, of 20 to 24 bases, is assembled from words that are hardly smaller than itself.
    var words: [Int] {
        let all =
            switch longest {
            case 76...: [21, 33, 55, 75]
            case 56...: [21, 33, 55]
            case 40...: [21, 27, 33]
            case 30...: [17, 21, 25]
            default: [15, 17, 19, 21, 23]
            }
        return all.filter { $0 < longest }
    }

    /// How bowtie2 is told to map.
    ///
    /// In local mode a read needs a score of 20 + 8 ln(length), which of 22 bases no read can reach; shorter
    /// ones are mapped as a whole, with one difference in about 20 bases.
    var mapping: [String] {
        longest < 40
            ? ["--end-to-end", "-N", "0", "-L", "15", "-i", "C,1", "--score-min", "L,0,-0.3"]
            : ["--very-fast-local"]
    }
}

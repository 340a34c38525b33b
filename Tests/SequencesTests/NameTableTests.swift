import Sequences
import Testing

@Suite struct NameTableTests {
    @Test func namesAreNumberedAsTheyCome() {
        var table = NameTable()
        let source = Array("one two one".utf8)
        #expect(table.number(0..<3, of: source) == 0)
        #expect(table.number(4..<7, of: source) == 1)
        #expect(table.number(8..<11, of: source) == 0)
        #expect(table.number("") == 2)
        #expect(table.find(4..<7, of: source) == 1)
        #expect(table.find("") == 2)
        #expect(table.find("on") == nil)
        #expect(table[1] == "two")
        #expect(table.count == 3)
    }

    @Test func manyNamesKeepTheirNumbers() {
        var table = NameTable()
        let names = (0..<5000).map { "read:\($0 * 7919 % 5000)" }
        for (number, name) in names.enumerated() { #expect(table.number(name) == number) }
        for (number, name) in names.enumerated() {
            #expect(table.find(name) == number)
            #expect(table[number] == name)
        }
        #expect(table.sorted().map { names[$0] } == names.sorted())
    }
}

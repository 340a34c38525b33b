import JSON
import JobModel
import JobProtocol
import Testing

@Suite("Messages")
struct RPCTests {
    private func read(_ text: String) -> RPCMessage {
        RPCMessage(parsing: Array(text.utf8), maximumDepth: 8, maximumBatch: 3)
    }

    @Test("Reads a request")
    func request() throws {
        let message = read(#"{"jsonrpc":"2.0","id":"a","method":"jobs.new","params":{"task":"x"}}"#)
        guard case .single(.success(let request)) = message else {
            Issue.record("not a single request: \(message)")
            return
        }
        #expect(request == RPCRequest(id: .string("a"), method: "jobs.new", params: ["task": "x"]))
        #expect(try JSONValue(parsing: request.encoded)["method"] == "jobs.new")
    }

    @Test("A request without an id is a notification; one with a null id is not")
    func notification() {
        if case .single(.success(let request)) = read(#"{"jsonrpc":"2.0","method":"x"}"#) {
            #expect(request.id == nil)
        } else {
            Issue.record("unreadable")
        }
        if case .single(.success(let request)) = read(#"{"jsonrpc":"2.0","id":null,"method":"x"}"#)
        {
            #expect(request.id == .null)
        } else {
            Issue.record("unreadable")
        }
    }

    @Test(
        "Names what is wrong with a request, and keeps its id",
        arguments: [
            ("3", .invalidRequest, .null),
            (#"{"id":1,"method":"x"}"#, .invalidRequest, .integer(1)),
            (#"{"jsonrpc":"2.0","id":1}"#, .invalidRequest, .integer(1)),
            (#"{"jsonrpc":"2.0","id":[],"method":"x"}"#, .invalidRequest, .null),
            (#"{"jsonrpc":"2.0","id":1,"method":"x","params":[1]}"#, .invalidParams, .integer(1)),
        ] as [(String, RPCError.Code, RPCID)]
    )
    func faults(text: String, code: RPCError.Code, id: RPCID) {
        guard case .single(.failure(let fault)) = read(text) else {
            Issue.record("accepted")
            return
        }
        #expect(fault.error.code == code)
        #expect(fault.id == id)
    }

    @Test(
        "What is no request at all is unreadable",
        arguments: ["{", "[]", "[1,2,3,4]", "[[[[[[[[[1]]]]]]]]]"]
    )
    func unreadable(text: String) {
        guard case .unreadable(let fault) = read(text) else {
            Issue.record("accepted")
            return
        }
        #expect(fault.id == .null)
    }

    @Test("A batch keeps the good ones beside the bad")
    func batch() {
        guard case .batch(let requests) = read(#"[{"jsonrpc":"2.0","id":1,"method":"x"},1]"#) else {
            Issue.record("not a batch")
            return
        }
        #expect(requests.count == 2)
        #expect((try? requests[0].get())?.method == "x")
        #expect((try? requests[1].get()) == nil)
    }

    @Test("Errors survive the wire")
    func errorRoundTrip() throws {
        for code in RPCError.Code.allCases {
            let error = RPCError(code, "why", details: ["field": "args.file"], retry: true)
            var bytes: [UInt8] = []
            RPCReply.append(error: error, id: .integer(3), to: &bytes)
            guard case .answer(id: .integer(3), .failure(let read)) = RPCIncoming(parsing: bytes)
            else {
                Issue.record("unreadable")
                continue
            }
            #expect(read == error)
        }
    }

    @Test("A client reads answers and notifications")
    func incoming() {
        var bytes: [UInt8] = []
        RPCReply.append(result: ["a": 1], id: .string("x"), to: &bytes)
        if case .answer(id: .string("x"), .success(let result)) = RPCIncoming(parsing: bytes) {
            #expect(result == ["a": 1])
        } else {
            Issue.record("unreadable")
        }
        let push = RPCReply.notification("tick", ["seq": 3])
        if case .notification(method: "tick", let params) = RPCIncoming(parsing: push) {
            #expect(params["seq"] == 3)
        } else {
            Issue.record("unreadable")
        }
    }
}

@Suite("Parameters")
struct ParamsReaderTests {
    private func field(_ body: () throws(RPCError) -> Void) -> String? {
        do throws(RPCError) {
            try body()
            return nil
        } catch {
            return error.details["field"]?.stringValue
        }
    }

    @Test("Names the field that is unknown, missing, of a wrong type or out of bounds")
    func naming() throws {
        let reader = try ParamsReader(
            ["a": 1, "b": "x", "c": ["x", 2], "d": nil],
            path: "filter.",
            allowed: ["a", "b", "c", "d"]
        )
        #expect(
            field { () throws(RPCError) in _ = try ParamsReader(["z": 1], allowed: ["a"]) } == "z"
        )
        #expect(field { () throws(RPCError) in _ = try reader.string("e") } == "filter.e")
        #expect(field { () throws(RPCError) in _ = try reader.string("a") } == "filter.a")
        #expect(
            field { () throws(RPCError) in _ = try reader.optionalInteger("a", in: 2...3) }
                == "filter.a"
        )
        #expect(
            field { () throws(RPCError) in _ = try reader.optionalInteger("b", in: 2...3) }
                == "filter.b"
        )
        #expect(
            field { () throws(RPCError) in _ = try reader.optionalStrings("c") } == "filter.c[1]"
        )
        #expect(try reader.optionalString("d") == nil)
        #expect(try reader.optionalStrings("b") == ["x"])
    }

    @Test("Free text has a greatest length, counted in characters and not in bytes")
    func textLength() throws {
        let reader = try ParamsReader(
            ["fits": .string(String(repeating: "ä", count: 9)), "long": "0123456789", "none": nil],
            allowed: ["fits", "long", "none"]
        )
        #expect(try reader.optionalString("fits", upTo: 9)?.count == 9)
        #expect(try reader.optionalString("none", upTo: 9) == nil)
        #expect(
            field { () throws(RPCError) in _ = try reader.optionalString("long", upTo: 9) }
                == "long"
        )
    }
}

@Suite("Digest of a view")
struct ViewDigestTests {
    @Test("Does not depend on the order, and forgets what is taken out")
    func order() {
        var one = ViewDigest()
        one.toggle("a", version: 1)
        one.toggle("b", version: 2)
        var other = ViewDigest()
        other.toggle("b", version: 2)
        other.toggle("a", version: 1)
        #expect(one == other)
        one.toggle("b", version: 2)
        other.toggle("b", version: 3)
        #expect(one != other)
    }

    @Test("Is the function that the protocol names")
    func known() {
        #expect(ViewDigest().description == "0000000000000000")
        var digest = ViewDigest()
        digest.toggle("a", version: 1)
        // FNV-1a 64 of "a:1", computed with an independent implementation.
        #expect(digest.description == "e661e41904a09e69")
    }
}

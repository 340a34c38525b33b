import Authentication
import JSON
import JobProtocol
import WebSockets

/// A call that was admitted.
struct Call: Sendable {
    let connection: ConnectionID
    /// Who calls; nil only for methods that are open to strangers.
    let identity: Identity?
    let params: ParamsReader
}

/// A method that clients can call: its name, who may call it, and what it does.
struct ExposedMethod: Sendable {
    typealias Immediate = @Sendable (isolated FrontEnd, Call) throws(RPCError) -> JSONValue
    typealias Deferred = @Sendable (isolated FrontEnd, Call) async throws(RPCError) -> JSONValue
    typealias Reading = @Sendable (isolated FrontEnd, Call) async throws(RPCError) -> [UInt8]

    /// What the method does.
    enum Body: Sendable {
        /// It needs nobody else and is answered at once.
        case immediate(Immediate)
        /// It must wait for others; other calls are answered meanwhile.
        case deferred(Deferred)
        /// Like deferred; its result may be long, and is written away from the network's thread.
        case reading(Reading)
        /// Like reading; it is much work, which changes nothing and is given up when the caller goes.
        case making(Reading)
    }

    let name: String
    let permission: Permission?
    /// Whether it may be called before the caller has said who it is.
    let isOpen: Bool
    /// The parameters that it knows.
    let params: [String]
    let body: Body

    static func immediate(
        _ name: String,
        _ params: [String] = [],
        permission: Permission? = nil,
        isOpen: Bool = false,
        _ body: @escaping Immediate
    ) -> ExposedMethod {
        ExposedMethod(
            name: name,
            permission: permission,
            isOpen: isOpen,
            params: params,
            body: .immediate(body)
        )
    }

    static func deferred(
        _ name: String,
        _ params: [String] = [],
        permission: Permission? = nil,
        _ body: @escaping Deferred
    ) -> ExposedMethod {
        ExposedMethod(
            name: name,
            permission: permission,
            isOpen: false,
            params: params,
            body: .deferred(body)
        )
    }

    static func reading(
        _ name: String,
        _ params: [String] = [],
        permission: Permission? = nil,
        _ body: @escaping Reading
    ) -> ExposedMethod {
        ExposedMethod(
            name: name,
            permission: permission,
            isOpen: false,
            params: params,
            body: .reading(body)
        )
    }

    static func making(
        _ name: String,
        _ params: [String] = [],
        _ body: @escaping Reading
    ) -> ExposedMethod {
        ExposedMethod(
            name: name,
            permission: nil,
            isOpen: false,
            params: params,
            body: .making(body)
        )
    }

    /// All methods.
    static let all =
        sessionMethods + jobMethods + subscriptionMethods + logMethods
        + outputMethods + taskMethods + resourceMethods + serverMethods + dataMethods
        + exportMethods

    /// All methods by name.
    static let named = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

import CMongoc
import Testing

@testable import Mongo

struct MongoURITests {
    @Test func `a URI names its database, or none`() throws {
        #expect(try MongoURI("mongodb://localhost").database == nil)
        #expect(try MongoURI("mongodb://localhost/?replicaSet=rs").database == nil)
        #expect(try MongoURI("mongodb://localhost/jobs?replicaSet=rs").database == "jobs")
        #expect(try MongoURI("mongodb+srv://cluster.example.org/jobs").database == "jobs")
    }

    @Test(arguments: [
        ("mongodb://localhost", "mongodb://localhost:27017"),
        ("mongodb://a:1,b:2/jobs?replicaSet=rs", "mongodb://a:1,b:2/jobs?replicaset=rs"),
        ("mongodb://me:p%40ss@a:1/", "mongodb://me:***@a:1"),
        ("mongodb://me:p%40ss?@a:1/", "mongodb://me:***@a:1"),
        ("mongodb://me@a:1/", "mongodb://me@a:1"),
        (
            "mongodb+srv://me:p%40ss@cluster.example.org/jobs",
            "mongodb+srv://me:***@cluster.example.org/jobs?tls=true"
        ),
        (
            "mongodb://a:1/?tls=true&tlsCertificateKeyFilePassword=p%40ss",
            "mongodb://a:1/?tls=true&tlscertificatekeyfilepassword=***"
        ),
        (
            "mongodb://me:p%40ss@a:1/?authMechanism=MONGODB-AWS"
                + "&authMechanismProperties=AWS_SESSION_TOKEN:p%40ss&authSource=%24external",
            "mongodb://me:***@a:1/?authmechanism=MONGODB-AWS&authmechanismproperties=***"
                + "&authsource=$external"
        ),
    ])
    func `what is shown of a URI has no secrets`(text: String, shown: String) throws {
        let uri = try MongoURI(text)
        #expect(uri.redacted == shown)
        #expect(!uri.redacted.contains("p@ss") && !uri.redacted.contains("p%40ss"))
    }

    @Test(arguments: [
        "", "localhost", "http://localhost", "mongodb://", "mongodb://a/?replicaSet=",
        "mongodb://me:s3cret", "mongodb://me:s3cret@", "mongodb://me:s3:cret@a",
        "mongodb://me:s3/cret@a", "mongodb://me:s3@cret@a", "mongodb://me:s3%cret@a",
        "mongodb+srv://me:s3cret@a,b.c.d", "mongodb://me:s3cret@a:port",
        "mongodb://a/?tls=maybe&tlsCertificateKeyFilePassword=s3cret",
        "mongodb://a/?tls=true&tlsInsecure=true&tlsAllowInvalidHostnames=true"
            + "&tlsCertificateKeyFilePassword=s3cret",
        "mongodb://a/?authMechanism=s3cret&authMechanismProperties=s3cret:1",
    ])
    func `what is no URI is refused without telling secrets`(text: String) {
        let error = #expect(throws: MongoError.self) { try MongoURI(text) }
        #expect(error?.domain == .misuse)
        #expect(error?.message.hasPrefix("this is not a MongoDB URI: ") == true)
        #expect(error.map { "\($0)" }?.contains("s3") == false)
        #expect(error.map { "\($0)" }?.contains("cret") == false)
    }

    @Test func `defaults hold only where the URI is silent`() throws {
        let uri = try MongoURI("mongodb://a/?SocketTimeoutMS=1234")
            .withDefaults(["socketTimeoutMS": .duration(.seconds(9)), "appName": .string("one")])
            .withDefaults(["appname": .string("two"), "retryWrites": .bool(false)])
        let options = try uri.withParsed { mongoc_uri_get_options($0).map(copy) }
        #expect(options?["sockettimeoutms"] == .int32(1234))
        #expect(options?["appname"] == "one")
        #expect(options?["retrywrites"] == false)
    }

    @Test func `a default that the library does not take is told of`() throws {
        let uri = try MongoURI("mongodb://a/").withDefaults(["socketTimeoutMS": .string("long")])
        let error = #expect(throws: MongoError.self) { try MongoPool(uri, width: 1) }
        #expect(error?.message.contains("sockettimeoutms") == true)
    }
}

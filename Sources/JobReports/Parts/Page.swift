import Crypto
import Foundation

/// A page that needs nothing else: no script, no picture, no address but those that its links name.
enum Page {
    static func html(title: String, _ body: HTML) -> String {
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(Self.savedPolicy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <title>\(title)</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            \(body)
            </body>
            </html>

            """
        return page.markup
    }

    private static let savedPolicy = policy

    /// What the page may do, wherever it lies: use its own style, and nothing else.
    static let policy =
        "default-src 'none'; style-src '\(styleHash)'; base-uri 'none'; form-action 'none'"

    private static let styleHash: String = {
        let digest = SHA256.hash(data: Data(style.markup.utf8))
        return "sha256-" + Data(digest).base64EncodedString()
    }()

    private static let style: HTML = """

        :root { color-scheme: light; --ink: #1a1d21; --dim: #5b6470; --line: #c9ced6; --fill: #e9edf3 }
        * { box-sizing: border-box }
        body { margin: 0 auto; padding: 2rem; max-width: 60rem; color: var(--ink); background: #fff;
          font: 14px/1.45 system-ui, "Liberation Sans", Arial, sans-serif; overflow-wrap: anywhere }
        h1 { font-size: 1.5rem; margin: 0 0 .25rem } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem;
          border-bottom: 2px solid var(--ink); padding-bottom: .2rem } h3 { font-size: 1rem; margin: 1.25rem 0 .35rem }
        p { margin: .4rem 0 } .dim { color: var(--dim) } .statement { font-size: 1.1rem; font-weight: 600;
          border: 2px solid var(--ink); padding: .6rem .8rem; margin: 1rem 0 }
        .notice { border-left: 4px solid var(--ink); padding: .2rem .6rem; background: var(--fill) }
        table { border-collapse: collapse; width: 100%; margin: .5rem 0; font-variant-numeric: tabular-nums }
        th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid var(--line) }
        thead th { border-bottom: 2px solid var(--line) } .figure { text-align: right; white-space: nowrap }
        .facts th { width: 14rem; font-weight: 600 } .verdict { font-weight: 700; text-transform: uppercase; white-space: nowrap }
        .found { color: #8c1d18 } .uncertain { color: #7a4a00 } .weak, .none { color: var(--dim) }
        .stray { font-weight: 600; border-left: 4px solid var(--ink); padding-left: .3rem; white-space: normal }
        .wide { overflow-x: auto } .wide td, .wide th { overflow-wrap: normal } .wide table { width: auto }
        figure { margin: .4rem 0 .8rem; break-inside: avoid } figcaption { font-size: .9rem }
        svg { display: block; width: 100%; height: 56px; background: var(--fill); border-bottom: 1px solid var(--ink) }
        svg path { fill: #2f5f8a } .ends { display: flex; justify-content: space-between; font-size: .8rem }
        a { color: #1b4f8f } code { font-family: "Liberation Mono", monospace; font-size: .9em }
        .signature { display: flex; gap: 2rem; margin-top: 3.5rem; break-inside: avoid }
        .signature div { flex: 1; border-top: 1px solid var(--ink); padding-top: .2rem; font-size: .9rem }
        @page { size: A4; margin: 18mm 15mm }
        @media print { body { padding: 0; max-width: none; font-size: 10pt } a { color: inherit }
          h2, h3 { break-after: avoid } tr { break-inside: avoid } thead { display: table-header-group }
          svg, .notice, .verdict { print-color-adjust: exact; -webkit-print-color-adjust: exact }
          .wide { overflow: visible } .wide table { font-size: 8pt } }

        """
}

extension ReportFormat {
    /// What a browser is told that it may do with a page of this form.
    public var contentSecurityPolicy: String {
        let sandbox = "; frame-ancestors 'none'; sandbox"
        return (self == .html ? Page.policy : "default-src 'none'") + sandbox
    }
}

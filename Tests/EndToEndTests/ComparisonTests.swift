internal import Foundation
internal import TestSupport
internal import TestTraits
internal import Testing

/// The same requests to courier's own authdaemond and to gatepost, on the same data.
@Suite(
  .waiting, .serialized, .enabled(if: geteuid() == 0, "needs root: mount namespaces"),
  .enabled(if: CourierReference.isInstalled, "needs courier's authdaemond: apt-get install courier-authdaemon"))
struct Comparison {
  @Test("every reply is courier's, or a difference with a reason", arguments: BackEndKind.allCases)
  func replies(kind: BackEndKind) throws {
    let pair = try ServerPair(kind)
    defer { pair.stop() }
    let listed = try pair.ask(ComparisonCase("list", "ENUMERATE\n"))
    #expect(listed.courier.text == listed.ours.text)
    #expect(listed.ours.text.split(separator: "\n").count == 24, "heading, 22 accounts, the dot")

    try pair.addOddAccounts()
    let cases = try ComparisonCases.all(module: kind.module)
    #expect(cases.count > 700)
    let differences = NamedDifference.all.filter { $0.only.contains(kind) }
    var used = Set<String>()
    for item in cases {
      let replies = try pair.ask(item)
      #expect(replies.ours.end == .endOfFile, "\(item): \(replies.ours)")
      if let difference = differences.first(where: { $0.labels.contains(item.label) }) {
        used.insert(item.label)
        #expect(replies.courier.text != replies.ours.text, "\(item): there is no such difference any more")
        #expect(
          difference.courier.matches(replies.courier.text), "\(difference.reason)\n\(item)\ncourier: \(replies.courier)"
        )
        #expect(difference.ours.matches(replies.ours.text), "\(difference.reason)\n\(item)\nours: \(replies.ours)")
      } else {
        let expected = replies.courier.comparable(item)
        #expect(
          replies.ours.comparable(item) == expected, "\(item)\ncourier: \(replies.courier)\nours: \(replies.ours)")
      }
    }
    let unused = Set(differences.flatMap(\.labels)).subtracting(used)
    #expect(unused.isEmpty, "differences that no request shows")
  }

  @Test("an enumeration with a row that cannot be served has no end", arguments: BackEndKind.allCases)
  func enumeration(kind: BackEndKind) throws {
    let pair = try ServerPair(kind)
    defer { pair.stop() }
    try pair.addOddAccounts()
    let replies = try pair.ask(ComparisonCase("list", "ENUMERATE\n"))
    #expect(replies.courier.text.hasSuffix("\n.\n"), "courier passes the forged lines on")
    #expect(replies.courier.text.contains("\nUID=0"))
    #expect(!replies.ours.text.split(separator: "\n").contains("."))
    #expect(!replies.ours.text.contains("UID=0"))
  }
}

extension AuthdaemonClient.Reply {
  /// Without the empty secrets that courier sends, and without the hash when that is salted anew.
  fileprivate func comparable(_ item: ComparisonCase) -> String {
    item.ignoresHash ? ReplyLines.withoutSecrets(text) : ReplyLines.withoutEmptySecrets(text)
  }
}

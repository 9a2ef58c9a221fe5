internal import Foundation
internal import TestSupport
internal import Testing

extension RealClients {
  /// maildrop, which looks its recipients up by PRE.
  @Suite struct Maildrop {
    /// sysexits.h
    private static let noSuchUser: Int32 = 67
    private static let temporaryFailure: Int32 = 75

    @Test("delivers into the account's Maildir, and nowhere else", arguments: BackEndKind.allCases)
    func delivery(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      let user = "sha512@example.org"
      let maildir = try station.maildir(user)
      let other = try station.maildir("ssha@example.org")
      let mark = "delivered-\(UUID())"
      let result = try station.tools.maildrop(to: user, message: "Subject: \(mark)\n\nHello.\n")
      #expect(result.status == 0, "\(result)")
      #expect(maildir.newMessages.contains { $0.contains(mark) })
      #expect(!other.newMessages.contains { $0.contains(mark) })
    }

    @Test("exit 67 for an unknown and an inactive user, with -a too", arguments: BackEndKind.allCases)
    func unknown(kind: BackEndKind) throws {
      let tools = try Stations.of(kind).tools
      for user in ["nobody@example.org", "inactive@example.org"] {
        for strict in [false, true] {
          let result = try tools.maildrop(to: user, message: "Subject: x\n\n", strict: strict)
          #expect(result.status == Self.noSuchUser, "\(user): \(result)")
        }
      }
    }

    @Test("while the database is gone: exit 67 without -a, 75 with it", arguments: BackEndKind.allCases)
    func databaseGone(kind: BackEndKind) throws {
      let station = try Stations.of(kind)
      let user = "sha512@example.org"
      _ = try station.maildir(user)
      try station.database.without(.gone) {
        let message = "Subject: x\n\n"
        let lax = try station.tools.maildrop(to: user, message: message)
        #expect(lax.status == Self.noSuchUser, "\(lax)")
        let strict = try station.tools.maildrop(to: user, message: message, strict: true)
        #expect(strict.status == Self.temporaryFailure, "\(strict)")
      }
      #expect(
        try eventually {
          try station.tools.maildrop(to: user, message: "Subject: y\n\n", strict: true).status == 0
        })
    }
  }
}

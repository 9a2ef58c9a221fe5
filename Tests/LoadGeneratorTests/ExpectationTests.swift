import Testing

@testable import LoadGenerator

/// What each answer is worth.
@Suite struct ExpectationTests {
  private func verdict(
    _ line: String, _ reply: String, mode: LoadPlan.Mode = .login
  ) throws -> LoadReport.Verdict {
    var bytes = Array(line.utf8)
    let users = try UsersFile(taking: &bytes)
    return users.withText { text in
      let expectation = Expectation(users.entries[0], text, mode: mode)
      return Array(reply.utf8).withUnsafeBytes(expectation.verdict)
    }
  }

  @Test(arguments: [
    ("UID=1\nGID=1\nHOME=/h\nADDRESS=alice\nNAME=\n.\n", LoadReport.Verdict.right),
    ("UID=1\nGID=1\nHOME=/h\nADDRESS=alice2\n.\n", .foreign), ("UID=1\nADDRESS=alic\n.\n", .foreign),
    ("UID=1\nADDRESS=bob\n.\n", .foreign), ("UID=1\nADDRESS=alice\nADDRESS=bob\n.\n", .foreign),
    ("UID=1\nGID=1\n.\n", .foreign), ("UID=1\nXADDRESS=alice\n.\n", .foreign), (".\n", .foreign),
    ("FAIL\n", .refused), ("", .silent), ("FAIL", .truncated), ("UID=1\nADDRESS=alice\n", .truncated),
    ("UID=1\nADDRESS=alice\n.", .truncated), ("UID=1\nADDRESS=ali", .truncated),
    ("UID=1\nADDRESS=alice\n.\nUID=2\nADDRESS=alice\n.\n", .garbled), ("FAIL\nFAIL\n", .garbled),
    ("UID=1\nADDRESS=alice\n.\nx", .garbled), ("HTTP/1.1 400 Bad Request\n\n", .garbled), ("\n.\n", .garbled),
  ])
  func anAnswerToALogin(_ reply: String, _ expected: LoadReport.Verdict) throws {
    #expect(try verdict("alice\tsecret", reply) == expected)
  }

  @Test func theAddressMayDifferFromTheUser() throws {
    let reply = "UID=1\nADDRESS=alice@example.org\n.\n"
    #expect(try verdict("alice\tsecret\talice@example.org", reply) == .right)
    #expect(try verdict("alice\tsecret\t", reply) == .foreign)
    #expect(try verdict("alice@example.org\tsecret\t\tUID=1", reply) == .right)
  }

  @Test func furtherLinesAreLookedFor() throws {
    let reply = "UID=5000\nGID=5000\nHOME=/h\nADDRESS=alice\n.\n"
    #expect(try verdict("alice\tsecret\t\tUID=5000\tHOME=/h", reply) == .right)
    #expect(try verdict("alice\tsecret\t\tUID=5000\tHOME=/", reply) == .foreign)
    #expect(try verdict("alice\tsecret\t\tUID=500", reply) == .foreign)
  }

  @Test func aRefusalCanBeWhatIsRight() throws {
    #expect(try verdict("alice\twrong\tFAIL", "FAIL\n") == .right)
    #expect(try verdict("alice\twrong\tFAIL", "UID=1\nADDRESS=alice\n.\n") == .accepted)
    #expect(try verdict("alice\twrong\tFAIL", "") == .silent)
    #expect(try verdict("alice\twrong\tFAIL", "UID=1\nADDRESS=alice\n.\n", mode: .account) == .right)
  }
}

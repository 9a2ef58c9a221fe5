import Accounts

extension DirectoryConformance {
  /// The end of a directory, and its queue.
  static let lifeCases: [ConformanceCase] = [
    ConformanceCase("after the end: everything is answered, with stopping") { fixture in
      try fixture.makeTable()
      try fixture.insert()
      try fixture.withDirectory(setPassword: DirectoryFixture.setPassword) { directory in
        try expectAccepted(directory.ask("alice@example.com"))
        directory.shutDown()
        try expectUnavailable(directory.ask("alice@example.com"), .stopping)
        try expectUnavailable(directory.ask("nobody"), .stopping)
        try expectUnavailable(directory.change("alice@example.com"), .stopping)
        try expectUnavailable(directory.list().outcome)
        directory.shutDown()
      }
    },
    ConformanceCase("ended before the first question") { fixture in
      try fixture.withDirectory { directory in
        directory.shutDown()
        try expectUnavailable(directory.ask("alice@example.com"), .stopping)
      }
    },
    ConformanceCase("ended under load: each question is answered once, none as unknown") { fixture in
      try fixture.makeTable()
      try fixture.insertMany(50)
      try fixture.withDirectory { directory in
        let answers = Answers<Account>(count: 3000)
        for index in 0..<3000 {
          if index == 2000 { directory.shutDown() }
          directory.lookUp(.key("user\(index % 50 + 1)"), deadline: soon, completion: answers.completion(index))
        }
        try answers.wait()
        for outcome in try answers.all() {
          switch outcome {
          case .accepted: break
          case .unavailable(let cause):
            try expect(cause.code == .stopping || cause.code == .overloaded, "\(cause)")
          case .refused(let refusal): throw ConformanceFailure(description: "refused(\(refusal))")
          }
        }
      }
    },
    ConformanceCase("more questions than the queue holds: each is answered once") { fixture in
      try fixture.makeTable()
      try fixture.insertMany(50)
      try fixture.withDirectory { directory in
        let answers = Answers<Account>(count: 20_000)
        for index in 0..<20_000 {
          directory.lookUp(.key("user\(index % 50 + 1)"), deadline: soon, completion: answers.completion(index))
        }
        try answers.wait()
        var accepted = 0
        for outcome in try answers.all() {
          if case .accepted = outcome { accepted += 1 } else { try expectUnavailable(outcome, .overloaded) }
        }
        try expect(accepted > 0, "no question was served")
        try expectAccepted(directory.ask("user1"))
      }
    },
  ]
}

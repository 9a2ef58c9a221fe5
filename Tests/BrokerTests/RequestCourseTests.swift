import Accounts
import AuthdaemonWire
import Passwords
import Secrets
import Testing

@testable import Broker

/// Event in, action out: no directory, no thread, no clock.
@Suite struct RequestCourseTests {
  private func account(
    _ name: String = "alice", hash: String? = nil, clear: String? = nil, isActive: Bool = true
  ) -> Account {
    var account = Account(username: Array(name.utf8), uid: 5000, gid: 5000, home: Array("/home".utf8))
    account.passwordHash = hash.map { Secret(text: $0) }
    account.clearPassword = clear.map { Secret(text: $0) }
    account.isActive = isActive
    return account
  }

  private func course(
    _ purpose: RequestCourse.Purpose, directories: Int = 2, offersChange: [Bool] = [true, true]
  ) -> RequestCourse {
    RequestCourse(purpose: purpose, directories: Array(0..<directories), offersChange: offersChange)
  }

  private let login = RequestCourse.Purpose.login(.login(password: Secret(text: "right")))
  private let change = RequestCourse.Purpose.change(old: Secret(text: "right"), new: Secret(text: "new"))
  private let cram = RequestCourse.Purpose.login(
    .challengeResponse(.cramMD5, challenge: [1, 2], digest: [UInt8](repeating: 0, count: 16)))

  /// What an action is, in one word and its number.
  private func word(_ action: RequestCourse.Action) -> String {
    switch action {
    case .lookUp(let index): "lookUp \(index)"
    case .lookUpAppPasswords(let index, _): "lookUpAppPasswords \(index)"
    case .admit: "admit"
    case .recall: "recall"
    case .verify: "verify"
    case .verifyDecoy(_, let afresh): afresh ? "verifyDecoy afresh" : "verifyDecoy"
    case .verifyChallenge: "verifyChallenge"
    case .makeHash(_, let old, _): "makeHash \(old == nil ? "fresh" : "successor")"
    case .store(let index, _, _): "store \(index)"
    case .finish(.accepted(.account(let account, _))): "accepted \(String(decoding: account.username, as: UTF8.self))"
    case .finish(.accepted(.changed)): "changed"
    case .finish(.refused(let refusal)): "refused \(refusal.rawValue)"
    case .finish(.unavailable(let cause)): "unavailable \(cause.code.rawValue)"
    }
  }

  private func walk(_ course: RequestCourse, _ events: [RequestCourse.Event]) -> [String] {
    var course = course
    return events.map { word(course.handle($0)) }
  }

  private let away = RequestCourse.Event.lookedUp(.unavailable(Unavailability(.unreachable)))
  private let unknown = RequestCourse.Event.lookedUp(.refused(.unknownUser))
  private func found(_ account: Account) -> RequestCourse.Event { .lookedUp(.accepted(account)) }

  @Test func aBareHashIsOfTheDirectorysScheme() throws {
    let scheme = try #require(BareScheme(named: "PLAIN-MD5"))
    for (purpose, directory) in [(login, 0), (change, 0), (login, 1)] {
      var course = RequestCourse(
        purpose: purpose, directories: [directory], offersChange: [true, true], bareSchemes: [scheme, nil])
      _ = course.handle(.start)
      let hash = "5f4dcc3b5aa765d61d8327deb882cf99"
      guard case .verify(_, let stored, _, _) = course.handle(found(account(hash: hash))) else {
        Issue.record("nothing is verified")
        continue
      }
      #expect(stored.matches(Secret(text: directory == 0 ? "{PLAIN-MD5}" + hash : hash)))
      // The column's other readers expect a hash as bare as the old one.
      guard case .change = purpose else { continue }
      guard case .makeHash(_, let old?, _) = course.handle(.verified(.match)) else {
        Issue.record("no hash is made")
        continue
      }
      #expect(old.matches(Secret(text: hash)))
    }
  }

  @Test(arguments: WeakSchemes.allCases) func aWeakSchemeIsNamedOrRefusedOnceThePasswordIsRight(weak: WeakSchemes) {
    let hash = "{MD5}X03MO1qnZdYdgyfeuILPmQ=="
    for purpose in [login, change] {
      for (verdict, strong) in [(Verdict.match, false), (.mismatch, false), (.match, true)] {
        var course = RequestCourse(purpose: purpose, directories: [0], offersChange: [true], weakSchemes: weak)
        _ = course.handle(.start)
        _ = course.handle(found(account(hash: strong ? "{SSHA512}x" : hash)))
        let last = word(course.handle(.verified(verdict)))
        if verdict == .mismatch {
          #expect(last == "refused wrong password")
        } else if strong || weak != .refuse {
          #expect(last == "accepted alice" || last == "makeHash successor")
        } else {
          #expect(last == "refused password scheme not allowed")
        }
        let weakest = course.weakScheme.map { PasswordSchemes.all[$0].name }
        #expect(weakest == (verdict == .match && !strong && weak != .accept ? "MD5" : nil))
      }
    }
    // What was remembered of an earlier login counts no more, and a challenge is not answered by the hash.
    var course = RequestCourse(purpose: login, directories: [0], offersChange: [true], weakSchemes: weak)
    _ = course.handle(.start)
    _ = course.handle(found(account(hash: "$1$rasmusle$rISCgZzpwk3UhDidwXvin0")))
    #expect(
      word(course.handle(.remembered)) == (weak == .refuse ? "refused password scheme not allowed" : "accepted alice"))
    course = RequestCourse(purpose: cram, directories: [0], offersChange: [true], weakSchemes: weak)
    _ = course.handle(.start)
    _ = course.handle(found(account(hash: hash, clear: "right")))
    #expect(word(course.handle(.verified(.match))) == "accepted alice")
  }

  @Test func aWeakSchemeThatIsRefusedMayBeAStrongOneInTheNextDirectory() {
    var course = RequestCourse(purpose: login, directories: [0, 1], offersChange: [true, true], weakSchemes: .refuse)
    var words: [String] = []
    for event in [
      .start, found(account(hash: "{MD5}X03MO1qnZdYdgyfeuILPmQ==")), .verified(.match),
      found(account(hash: "{SSHA512}x")), .verified(.match),
    ] { words.append(word(course.handle(event))) }
    #expect(words == ["lookUp 0", "verify", "lookUp 1", "verify", "accepted alice"])
    #expect(course.weakScheme == nil)
  }

  @Test func aBareClearPasswordColumnIsLeftAlone() throws {
    let scheme = try #require(BareScheme(named: "PLAIN-MD5"))
    var course = RequestCourse(purpose: login, directories: [0], offersChange: [true], bareSchemes: [scheme])
    _ = course.handle(.start)
    #expect(word(course.handle(found(account(clear: "right")))) == "accepted alice")
  }

  @Test func aRightPasswordIsAccepted() {
    #expect(
      walk(course(login), [.start, found(account(hash: "{SHA256}x")), .verified(.match)])
        == ["lookUp 0", "verify", "accepted alice"])
  }

  @Test func unknownAndWrongGoOnToTheNextDirectory() {
    #expect(
      walk(course(login), [.start, unknown, found(account(hash: "h")), .verified(.match)])
        == ["lookUp 0", "lookUp 1", "verify", "accepted alice"])
    #expect(
      walk(course(login), [.start, found(account(hash: "h")), .verified(.mismatch), unknown])
        == ["lookUp 0", "verify", "lookUp 1", "refused wrong password"])
    #expect(
      walk(course(login), [.start, unknown, unknown, .verified(.mismatch)])
        == ["lookUp 0", "lookUp 1", "verifyDecoy", "refused unknown user"])
  }

  @Test func aDatabaseThatIsAwayEndsItWhereverItStands() {
    #expect(walk(course(login), [.start, away]) == ["lookUp 0", "unavailable database unreachable"])
    #expect(
      walk(course(login), [.start, unknown, away]) == ["lookUp 0", "lookUp 1", "unavailable database unreachable"])
    #expect(
      walk(course(login), [.start, found(account(hash: "h")), .verified(.mismatch), away]).last
        == "unavailable database unreachable", "a wrong password in the first is no answer while the second is away")
    #expect(walk(course(.account), [.start, away]).last == "unavailable database unreachable")
    #expect(walk(course(change), [.start, away]).last == "unavailable database unreachable")
  }

  @Test func aHashThatNoSchemeKnowsIsOurFault() {
    #expect(
      walk(course(login), [.start, found(account(hash: "{WHAT}x")), .verified(.unverifiable(scheme: "{WHAT}"))]).last
        == "unavailable unknown password scheme")
  }

  @Test func refusalsOfTheAccount() {
    let alone = course(login, directories: 1)
    let inactive = found(account(hash: "h", isActive: false))
    #expect(
      walk(alone, [.start, inactive, .verified(.mismatch)]) == ["lookUp 0", "verifyDecoy", "refused account inactive"])
    #expect(walk(course(.account, directories: 1), [.start, inactive]).last == "refused account inactive")
    #expect(
      walk(alone, [.start, found(account()), .verified(.mismatch)])
        == ["lookUp 0", "verifyDecoy", "refused no usable password"])
    #expect(
      walk(alone, [.start, found(account(hash: "!")), .verified(.locked), .verified(.mismatch)])
        == ["lookUp 0", "verify", "verifyDecoy", "refused password locked"])
  }

  /// One comparison for each request that is refused: with an account's password, or with nobody's.
  @Test func aDecoyStandsForAPasswordThatWasComparedWithNothing() {
    #expect(
      walk(course(login), [.start, found(account(hash: "h")), .verified(.mismatch), unknown]).contains("verifyDecoy")
        == false)
    #expect(
      walk(course(login), [.start, found(account(hash: "!")), .verified(.locked), found(account(clear: "other"))])
        == ["lookUp 0", "verify", "lookUp 1", "refused password locked"])
    #expect(walk(course(change), [.start, unknown, unknown]).last == "verifyDecoy afresh")
    #expect(walk(course(.account), [.start, unknown, unknown]).last == "refused unknown user", "PRE tells who exists")
    #expect(walk(course(cram), [.start, unknown, unknown]).last == "refused unknown user", "no hash is computed there")
    #expect(course(login).hidesWhoExists && course(change).hidesWhoExists && course(cram).hidesWhoExists)
    #expect(!course(.account).hidesWhoExists)
  }

  @Test(arguments: [Verdict.match, .mismatch, .locked, .unverifiable(scheme: "s")])
  func whateverADecoySaysTheAnswerIsNo(_ verdict: Verdict) {
    for purpose in [login, change] {
      #expect(
        walk(course(purpose, directories: 1), [.start, unknown, .verified(verdict)]).last == "refused unknown user")
    }
    #expect(
      walk(course(login, directories: 1), [.start, unknown, .remembered]).last == "unavailable defect of gatepost")
  }

  @Test func theHashDecidesAloneWhenThereIsOne() {
    #expect(
      walk(course(login, directories: 1), [.start, found(account(hash: "h", clear: "right")), .verified(.mismatch)])
        .last
        == "refused wrong password")
  }

  @Test func aClearPasswordIsComparedInPlace() {
    #expect(walk(course(login, directories: 1), [.start, found(account(clear: "right"))]).last == "accepted alice")
    #expect(
      walk(course(login, directories: 1), [.start, found(account(clear: "Right"))]).last == "refused wrong password")
  }

  @Test func aChallengeNeedsAClearPassword() {
    #expect(
      walk(course(cram, directories: 1), [.start, found(account(hash: "h"))]).last == "refused no usable password")
    #expect(
      walk(course(cram, directories: 1), [.start, found(account(clear: ""))]).last == "refused no usable password")
    #expect(
      walk(course(cram, directories: 1), [.start, found(account(hash: "h", clear: "c")), .verified(.match)])
        == ["lookUp 0", "verifyChallenge", "accepted alice"])
  }

  @Test func anAccountIsFoundWithoutAPassword() {
    #expect(walk(course(.account), [.start, found(account())]) == ["lookUp 0", "accepted alice"])
    #expect(walk(course(.account, directories: 0), [.start]) == ["refused unknown module"])
  }

  @Test func aPasswordIsChangedWhereItWasRight() {
    let hash = Outcome.accepted(Secret(text: "new hash"))
    #expect(
      walk(
        course(change),
        [.start, unknown, found(account(hash: "h")), .verified(.match), .hashed(hash), .stored(.accepted(()))])
        == ["lookUp 0", "lookUp 1", "verify", "makeHash successor", "store 1", "changed"])
    #expect(
      walk(course(change, directories: 1), [.start, found(account(hash: "h")), .verified(.mismatch)]).last
        == "refused wrong password")
    #expect(
      walk(
        course(change, offersChange: [false, false]), [.start, found(account(hash: "h")), .verified(.match)]
      ).last
        == "refused password changes are not configured")
    #expect(
      walk(
        course(change),
        [
          .start, found(account(hash: "h")), .verified(.match), .hashed(hash),
          .stored(.unavailable(Unavailability(.queryFailed))),
        ]
      ).last == "unavailable query failed")
  }

  private func throttled(_ purpose: RequestCourse.Purpose, directories: Int = 2) -> RequestCourse {
    RequestCourse(
      purpose: purpose, directories: Array(0..<directories), offersChange: [true, true], needsAdmission: true)
  }

  @Test(arguments: ["!", "!$1$salt$hash", "{CRYPT}!"]) func aLockIsOneForChallengesToo(_ hash: String) {
    #expect(
      walk(course(cram, directories: 1), [.start, found(account(hash: hash, clear: "c"))])
        == ["lookUp 0", "refused password locked"])
  }

  @Test func aThrottledLoginAsksBeforeItVerifies() {
    let row = found(account(hash: "h"))
    #expect(
      walk(throttled(login), [.start, row, .admitted, .verified(.mismatch), row, .admitted, .verified(.match)])
        == ["lookUp 0", "admit", "verify", "lookUp 1", "admit", "verify", "accepted alice"],
      "what one directory has may be cheap to compare, and another's not")
    #expect(
      walk(throttled(login), [.start, row, .admitted, .verified(.mismatch), unknown])
        == ["lookUp 0", "admit", "verify", "lookUp 1", "refused wrong password"])
    #expect(
      walk(throttled(login), [.start, row, .released, row, .verified(.mismatch), row, .verified(.match)])
        == ["lookUp 0", "admit", "lookUp 0", "verify", "lookUp 1", "verify", "accepted alice"], "it has waited")
    #expect(
      walk(throttled(cram, directories: 1), [.start, found(account(clear: "c")), .admitted, .verified(.mismatch)])
        == ["lookUp 0", "admit", "verifyChallenge", "refused wrong password"])
    #expect(
      walk(throttled(login, directories: 1), [.start, found(account(clear: "right")), .admitted])
        == ["lookUp 0", "admit", "accepted alice"])
    #expect(
      walk(throttled(change, directories: 1), [.start, row, .admitted, .verified(.mismatch)])
        == ["lookUp 0", "admit", "verify", "refused wrong password"])
  }

  @Test func nobodyIsAdmittedBeforeTheyAreRefused() {
    #expect(
      walk(throttled(login), [.start, unknown, unknown, .admitted, .verified(.mismatch)])
        == ["lookUp 0", "lookUp 1", "admit", "verifyDecoy", "refused unknown user"])
    #expect(
      walk(
        throttled(login, directories: 1),
        [.start, found(account(hash: "h", isActive: false)), .admitted, .verified(.mismatch)])
        == ["lookUp 0", "admit", "verifyDecoy", "refused account inactive"])
    #expect(
      walk(throttled(change, directories: 1), [.start, found(account()), .admitted, .verified(.match)])
        == ["lookUp 0", "admit", "verifyDecoy afresh", "refused no usable password"])
  }

  @Test func whoWasHeldIsLookedUpAgain() {
    let row = found(account(hash: "h"))
    #expect(
      walk(throttled(login), [.start, unknown, row, .released, row, .verified(.match)])
        == ["lookUp 0", "lookUp 1", "admit", "lookUp 0", "verify", "accepted alice"])
    #expect(
      walk(throttled(login), [.start, row, .released, unknown, unknown, .verified(.mismatch)])
        == ["lookUp 0", "admit", "lookUp 0", "lookUp 1", "verifyDecoy", "refused unknown user"])
    #expect(
      walk(throttled(login), [.start, unknown, unknown, .released, away])
        == ["lookUp 0", "lookUp 1", "admit", "lookUp 0", "unavailable database unreachable"])
  }

  @Test func whoIsTurnedAwayIsNotRefused() {
    #expect(
      walk(throttled(login), [.start, found(account(hash: "h")), .turnedAway(Unavailability(.overloaded))])
        == ["lookUp 0", "admit", "unavailable overloaded"])
  }

  @Test func whoIsRememberedNeedsNoAdmission() {
    #expect(
      walk(throttled(login), [.start, found(account(hash: "h")), .remembered])
        == ["lookUp 0", "admit", "accepted alice"])
    for purpose in [change, cram] {
      #expect(
        walk(throttled(purpose), [.start, found(account(hash: "h", clear: "c")), .remembered]).last
          == "unavailable defect of gatepost")
    }
    #expect(
      walk(throttled(login, directories: 1), [.start, unknown, .remembered]).last == "unavailable defect of gatepost")
  }

  @Test func whoeverNeedsNoPasswordIsNotAsked() {
    #expect(walk(throttled(.account), [.start, found(account())]) == ["lookUp 0", "accepted alice"])
    #expect(walk(throttled(.account), [.start, unknown, unknown]) == ["lookUp 0", "lookUp 1", "refused unknown user"])
  }

  /// Whatever comes in whatever order: never a yes that was not earned.
  @Test func noOrderOfEventsAcceptsWithoutAMatch() {
    let events: [RequestCourse.Event] = [
      .start, unknown, away, found(account(hash: "h")), .verified(.mismatch), .verified(.locked),
      .admitted, .released, .turnedAway(Unavailability(.overloaded)),
      .verified(.unverifiable(scheme: "s")), .hashed(.accepted(Secret(text: "h"))), .stored(.accepted(())),
    ]
    func explore(_ course: RequestCourse, _ depth: Int) {
      guard depth > 0 else { return }
      for event in events {
        var next = course
        let result = word(next.handle(event))
        #expect(!result.hasPrefix("accepted") && result != "changed" && !result.hasPrefix("store"))
        explore(next, depth - 1)
      }
    }
    explore(course(login), 4)
    explore(course(change), 4)
    explore(throttled(login), 4)
    explore(throttled(change), 4)
  }
}
